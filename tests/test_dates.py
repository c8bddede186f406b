"""Moments as people type them."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.dates import AsOf, parse_as_of
from evalhub.errors import EvalhubError
from evalhub.names import printable

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def at(text: str) -> str:
    return parse_as_of(text, now=NOW).moment.isoformat()


# --- ISO 8601 -------------------------------------------------------------------------------------------------------


def test_a_bare_date_is_the_end_of_that_day() -> None:
    found = parse_as_of("2026-02-01", now=NOW)
    assert found == AsOf(datetime(2026, 2, 1, 23, 59, 59, tzinfo=UTC), whole_day=True)
    assert found.label() == "the end of 2026-02-01 (UTC)"


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-02-01T10:20:30Z", "2026-02-01T10:20:30+00:00"),
        ("2026-02-01t10:20:30z", "2026-02-01T10:20:30+00:00"),
        ("2026-02-01 10:20", "2026-02-01T10:20:00+00:00"),
        ("2026-02-01T10:20:30+02:00", "2026-02-01T08:20:30+00:00"),
        ("2026-02-01T10:20:30.75Z", "2026-02-01T10:20:30+00:00"),
        (" 2026-02-01 ", "2026-02-01T23:59:59+00:00"),
        ("20260201", "2026-02-01T23:59:59+00:00"),
        ("now", "2026-03-01T12:00:00+00:00"),
        ("Today", "2026-03-01T23:59:59+00:00"),
    ],
)
def test_iso_dates_and_times(typed: str, moment: str) -> None:
    assert at(typed) == moment


def test_a_time_says_itself() -> None:
    assert parse_as_of("2026-02-01T10:20:30Z", now=NOW).label() == "2026-02-01T10:20:30Z"


def test_the_day_that_it_is_counts_as_past() -> None:
    assert at("2026-03-01") == "2026-03-01T23:59:59+00:00"


@pytest.mark.parametrize("typed", ["2026-03-02", "2026-03-01T12:00:01Z", "9999-12-31"])
def test_a_moment_to_come_is_refused(typed: str) -> None:
    with pytest.raises(EvalhubError, match="is in the future") as caught:
        parse_as_of(typed, now=NOW)
    assert caught.value.exit_status == 2
    assert "2026-02-01" in str(caught.value.hint)


# --- what git makes of it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "ago"),
    [
        ("yesterday", timedelta(days=1)),
        ("3 days ago", timedelta(days=3)),
        ("2.weeks.ago", timedelta(weeks=2)),
        ("One week ago", timedelta(weeks=1)),
        ("90 minutes ago", timedelta(minutes=90)),
    ],
)
def test_git_expressions(typed: str, ago: timedelta) -> None:
    assert abs(datetime.now(UTC) - ago - parse_as_of(typed).moment) < timedelta(minutes=1)


def test_months_are_those_of_the_calendar() -> None:
    moment = parse_as_of("3 months ago").moment
    assert timedelta(days=87) < datetime.now(UTC) - moment < timedelta(days=94)


def test_a_weekday_is_the_last_one() -> None:
    moment = parse_as_of("last friday").moment
    assert moment.weekday() == 4
    assert timedelta(0) < datetime.now(UTC) - moment < timedelta(days=8)


def test_a_month_by_name() -> None:
    assert parse_as_of("Feb 3 2025 10:20").moment == datetime(2025, 2, 3, 10, 20, tzinfo=UTC)


def test_local_time_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert parse_as_of("Feb 3 2025 10:20").moment.hour == 10


def test_the_users_git_configuration_does_not_matter(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.write_text("[evalhub]\n\tdate = 10 years ago\n[broken\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.chdir(tmp_path)
    assert datetime.now(UTC) - parse_as_of("yesterday").moment < timedelta(days=2)


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "garbage", "2026-02-30", "2026-13-01", "2026-02", "2026", "12", "-1", "never", "all", "false"),
        *("--help", "-c", "yesterday --global", "yesterday\nx", "a=b", "3", "yesterday\0", "\x1b[31m", "1" * 5000),
        *("$(id)", "`id`", "yesterday;ls", "٣ days ago", "day " * 100),
    ],
)
def test_what_is_no_date_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(EvalhubError, match="is no date") as caught:
        parse_as_of(typed)
    assert caught.value.exit_status == 2
    assert len(caught.value.message) < 200
    assert "3 months ago" in str(caught.value.hint)


def test_a_word_that_git_would_pass_over_is_named_with_the_nearest() -> None:
    with pytest.raises(EvalhubError) as caught:
        parse_as_of("3 mnths ago")
    assert "`mnths`" in str(caught.value.hint)
    assert "did you mean months?" in str(caught.value.hint)


def test_without_git_the_error_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(EvalhubError, match="git can't be run"):
        parse_as_of("yesterday")
    assert at("2026-02-01") == "2026-02-01T23:59:59+00:00"


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_an_error_that_a_terminal_can_show(text: str) -> None:
    shown = ""
    try:
        parse_as_of(text, now=NOW)
    except EvalhubError as error:
        shown = error.message + str(error.hint)
    assert shown == printable(shown)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2026, 2, 28), timezones=st.just(UTC)))
def test_every_time_is_read_as_it_is_written(moment: datetime) -> None:
    assert at(moment.isoformat()) == moment.replace(microsecond=0).isoformat()


def test_git_is_what_is_asked() -> None:
    done = subprocess.run(["git", "--version"], capture_output=True, check=False)
    assert done.returncode == 0
