"""Which commit, person and time each number is credited to."""

from __future__ import annotations

import time

import pytest
from costs import budget
from gitrepos import HubDir, Repo, entry

from evalhub.leaderboard import Score

ONE, TWO = {"hle.yaml": [entry(1)]}, {"hle.yaml": [entry(2)]}


@pytest.fixture
def model(hub: HubDir) -> Repo:
    """A model with a commit by Ada that has no results."""
    return hub.model(bare=True)


def credit(hub: HubDir, value: float) -> Score:
    """The one score of the model with `value`."""
    (found,) = (item.score for item in hub.read().model("org/model").scores if item.score.value == value)
    return found


def test_a_result_is_credited_to_the_commit_that_introduced_it(hub, model):
    commit = model.commit(ONE, author="Grace")
    score = credit(hub, 1)
    assert (score.commit, score.commit_author) == (commit, "Grace")


def test_a_result_of_the_first_commit_is_credited_to_it(hub):
    model = hub.model(files=ONE, bare=True)
    assert credit(hub, 1).commit == model.tip()


def test_later_commits_to_other_files_take_no_credit(hub, model):
    commit = model.commit(ONE, author="Grace")
    model.commit({"./README.md": "new"})
    model.commit({"other.yaml": [entry(2, notes="other")]})
    assert credit(hub, 1).commit == commit


def test_later_commits_to_other_entries_of_the_file_take_no_credit(hub, model):
    commit = model.commit(ONE, author="Grace")
    later = model.commit({"hle.yaml": [entry(2, notes="other"), entry(1)]})
    assert (credit(hub, 1).commit, credit(hub, 2).commit) == (commit, later)


def test_writing_the_entry_in_another_way_takes_no_credit(hub, model):
    commit = model.commit(ONE, author="Grace")
    model.commit({"hle.yaml": "# tidied up\n- value: 1.0\n  dataset: {task_id: hle, id: cais/hle}\n"})
    assert credit(hub, 1).commit == commit


def test_renaming_the_file_takes_no_credit(hub, model):
    commit = model.commit(ONE, author="Grace")
    model.commit({"hle.yaml": None, "last_exam.yaml": [entry(1)]})
    assert credit(hub, 1).commit == commit


def test_moving_the_entry_to_another_file_takes_no_credit(hub, model):
    commit = model.commit({"hle.yaml": [entry(1), entry(2, notes="other")]}, author="Grace")
    model.commit({"hle.yaml": [entry(1)], "other.yaml": [entry(2, notes="other")]})
    assert credit(hub, 2).commit == commit


def test_a_correction_takes_the_credit(hub, model):
    model.commit(ONE, author="Grace")
    commit = model.commit(TWO, author="Edsger")
    score = credit(hub, 2)
    assert (score.commit, score.commit_author) == (commit, "Edsger")


def test_going_back_to_an_earlier_value_takes_the_credit(hub, model):
    model.commit(ONE)
    model.commit(TWO)
    commit = model.commit(ONE, author="Edsger")
    assert credit(hub, 1).commit == commit


def test_bringing_a_deleted_result_back_takes_the_credit(hub, model):
    model.commit(ONE)
    model.commit({"hle.yaml": None})
    commit = model.commit(ONE, author="Edsger")
    assert credit(hub, 1).commit == commit


def test_a_file_that_was_not_valid_in_between_does_not_keep_the_credit(hub, model):
    model.commit(ONE)
    model.commit({"hle.yaml": "]["})
    commit = model.commit(ONE, author="Edsger")
    assert credit(hub, 1).commit == commit


def test_the_same_value_for_another_task_is_another_result(hub, model):
    model.commit({"hle.yaml": [entry(1, task="other")]})
    commit = model.commit({"hle.yaml": [entry(1, task="other"), entry(1)]}, author="Edsger")
    (found,) = (item.score for item in hub.read().model("org/model").scores if item.score.result.task_id == "hle")
    assert found.commit == commit


def test_a_merge_leaves_the_credit_with_the_pull_requests_author(hub, model):
    ref = model.pull(3, ONE, author="Grace")
    commit = model.tip(ref)
    model.commit({"./README.md": "meanwhile"})
    model.merge(ref)
    score = credit(hub, 1)
    assert (score.commit, score.commit_author, score.origin) == (commit, "Grace", "author")


def test_a_merge_leaves_the_credit_where_both_sides_changed_results(hub, model):
    ref = model.pull(3, ONE, author="Grace")
    commit = model.tip(ref)
    other = model.commit({"other.yaml": [entry(2, notes="other")]}, author="Edsger")
    model.merge(ref)
    assert (credit(hub, 1).commit, credit(hub, 2).commit) == (commit, other)


def test_a_value_that_a_merge_itself_writes_is_credited_to_the_merge(hub, model):
    ref = model.pull(3, ONE, author="Grace")
    merge = model.commit(TWO, also=[model.tip(ref)], author="Edsger")
    assert credit(hub, 2).commit == merge


def test_a_squash_takes_the_credit(hub, model):
    model.pull(3, ONE, author="Grace")
    commit = model.commit(ONE, author="Edsger")
    assert credit(hub, 1).commit == commit


def test_a_pull_requests_result_is_credited_to_its_commit(hub, model):
    ref = model.pull(3, ONE, author="Grace")
    commit = model.tip(ref)
    model.pull(3, {"./README.md": "more"}, author="Edsger")
    score = credit(hub, 1)
    assert (score.commit, score.commit_author, score.ref, score.pull_request) == (commit, "Grace", ref, 3)


def test_the_credit_does_not_go_to_a_pull_request_with_the_same_entry(hub, model):
    model.pull(3, ONE, author="Grace")
    commit = model.commit(ONE, author="Ada")
    model.pull(4, {"./README.md": "more"})
    assert credit(hub, 1).commit == commit


def test_an_annotated_tag_is_not_the_commit(hub, model):
    ref = model.pull(3, ONE, ref="refs/heads/work", author="Grace")
    model.git("tag", "-a", "-m", "a tag", "annotated", "work")
    model.git("update-ref", "refs/pr/3", "refs/tags/annotated")
    assert credit(hub, 1).commit == model.tip(ref)


def test_the_author_gets_the_credit_and_not_who_committed(hub):
    clone = hub.model()
    (clone.path / ".eval_results").mkdir()
    (clone.path / ".eval_results/hle.yaml").write_text("- {dataset: {id: cais/hle, task_id: hle}, value: 1}\n")
    clone.git("add", ".")
    clone.git("commit", "-q", "-m", "x", GIT_AUTHOR_NAME="Grace", GIT_COMMITTER_NAME="The host")
    assert credit(hub, 1).commit_author == "Grace"


@pytest.mark.parametrize(("author", "shown"), [("Ada Łovelace 李", "Ada Łovelace 李"), (b"Ren\xe9", "Ren�"), ("", "")])
def test_any_author_name_can_be_read(hub, model, author, shown):
    model.commit(ONE, author=author)
    assert credit(hub, 1).commit_author == shown


def test_an_authors_name_with_control_characters_is_shown_safely(hub, cli, model):
    model.commit(ONE, author="Eve \x1b[31m\x9b1m")
    for format in ("table", "json", "csv", "markdown"):
        assert cli("leaderboard", "hle", "--format", format, "--hub", hub.root).status == 0


def test_a_shallow_clone_credits_the_oldest_commit_it_has(hub, tmp_path):
    server = Repo.create(tmp_path / "server", ONE, bare=True)
    tip = server.commit({"./README.md": "new"}, author="Grace")
    server.clone(hub.root / "models/org/model", "--depth=1")
    assert credit(hub, 1).commit == tip


def test_a_history_with_a_hole_credits_the_oldest_commit_that_can_be_read(hub, model):
    model.commit(ONE)
    model.commit({"./README.md": "2"})
    tip = model.commit({"./README.md": "3"})
    model.lose("main~1")
    assert credit(hub, 1).commit == tip


def test_old_files_that_a_partial_clone_lacks_end_the_search(hub, tmp_path):
    server = Repo.create(tmp_path / "server", ONE, bare=True)
    server.git("config", "uploadpack.allowFilter", "true")
    tip = server.commit({"hle.yaml": [entry(1), entry(2, notes="other")]}, author="Grace")
    server.clone(hub.root / "models/org/model", "--filter=blob:none")
    assert credit(hub, 1).commit == tip


def test_a_grown_file_is_credited_entry_by_entry(hub, model):
    commits = []
    for count in range(1, 6):
        commits.append(model.commit({"hle.yaml": [entry(value, notes=f"{value}") for value in range(count)]}))
    assert [credit(hub, value).commit for value in range(5)] == commits


# --- when -----------------------------------------------------------------------------------------------------------


def test_the_entrys_own_date_counts(hub, model):
    model.commit({"hle.yaml": [entry(1, date="2025-11-06")]}, time="2026-02-03T04:05:06+00:00")
    assert credit(hub, 1).date == "2025-11-06"


def test_without_a_date_the_commits_time_counts(hub, model):
    model.commit(ONE, time="2026-02-03T04:05:06+00:00")
    assert credit(hub, 1).date == "2026-02-03T04:05:06Z"


def test_the_commits_time_is_shown_in_utc(hub, model):
    model.commit(ONE, time="2026-02-03T00:05:06+05:30")
    assert credit(hub, 1).date == "2026-02-02T18:35:06Z"


def test_a_later_commit_does_not_make_a_result_newer(hub, model):
    model.commit(ONE, time="2026-02-03T04:05:06+00:00")
    model.commit({"hle.yaml": [entry(1), entry(2, notes="other")]}, time="2026-03-03T04:05:06+00:00")
    assert credit(hub, 1).date == "2026-02-03T04:05:06Z"


@pytest.mark.parametrize(
    "date",
    [
        "2026-01-31",
        "2026-01-31T10:20:30Z",
        "2026-01-31T10:20:30+02:00",
        "2026-01-31 10:20",
        "2026-01-31T10:20:30.123456789Z",
        "2026-01-31t10:20:30z",
    ],
)
def test_a_date_stays_as_it_was_written(hub, model, date):
    model.commit({"hle.yaml": [entry(1, date=date)]})
    assert credit(hub, 1).date == date


def test_a_date_that_no_calendar_has_gives_way_to_the_commits_time(hub, model):
    model.commit({"hle.yaml": [entry(1, date="2026-02-30")]}, time="2026-02-03T04:05:06+00:00")
    assert credit(hub, 1).date == "2026-02-03T04:05:06Z"


@pytest.mark.parametrize("seconds", [0, 253402300800, 2**62])
def test_a_commit_from_before_or_after_all_time_does_no_harm(hub, model, seconds):
    stream = f"commit refs/heads/main\ncommitter Ada <a@b> {seconds} +0000\ndata 0\n"
    stream += "M 100644 inline .eval_results/hle.yaml\ndata <<E\n"
    stream += "- {dataset: {id: cais/hle, task_id: hle}, value: 1}\nE\n"
    model.git("fast-import", "--quiet", "--force", "--date-format=raw-permissive", stdin=stream.encode())
    assert [row.value for row in hub.board().rows] == [1]


# --- speed ----------------------------------------------------------------------------------------------------------


def timed(hub: HubDir, value: float) -> tuple[str, float]:
    """The commit that gets the credit, and the processor time that it took to find it."""
    begun = time.process_time()
    commit = credit(hub, value).commit
    return commit, time.process_time() - begun


def test_2000_commits_of_history_take_no_time(hub):
    model = hub.model(files=ONE, bare=True)
    first = model.tip()
    model.history([{"./README.md": f"{number}"} for number in range(2000)])
    commit, seconds = timed(hub, 1)
    assert commit == first
    assert seconds < budget(2)


def test_2000_commits_to_other_entries_take_little_time(hub):
    model = hub.model(files=ONE, bare=True)
    first = model.tip()
    text = "- {dataset: {id: cais/hle, task_id: hle}, value: 1}\n"
    text += "- {dataset: {id: cais/hle, task_id: hle}, value: %d, notes: other}\n"
    model.history([{"hle.yaml": text % (number + 2)} for number in range(2000)])
    commit, seconds = timed(hub, 1)
    assert commit == first
    assert seconds < budget(5)


def test_an_author_who_had_the_number_keeps_the_credit_when_a_pull_request_with_the_same_files_is_merged(hub, model):
    base = model.tip()
    commit = model.commit(ONE, author="Grace")
    both = {**ONE, "more.yaml": [entry(5, notes="other")]}
    pull = model.pull(1, both, start=base, author="Eve")
    model.commit(both, also=[pull], message="Merge pull request #1")
    assert credit(hub, 1).commit == commit


def test_a_merge_that_restores_an_old_number_takes_the_credit(hub, model):
    old = model.commit(ONE, author="Grace")
    model.pull(1, {"./README.md": "new"}, start=old)
    model.commit(TWO, author="Grace")
    merge = model.commit(ONE, also=[model.tip("refs/pr/1")], author="Eve", message="Merge pull request #1")
    assert credit(hub, 1).commit == merge
