"""Which findings are shown: by code, on the command line, in the registry, and by comments in a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Cli
from gitrepos import HubDir, Repo

from evalhub import EvalhubError, validate, yaml_source
from evalhub.choices import Choice, ignored_lines, parse_codes

ENTRY = "- dataset:\n    id: cais/hle\n    task_id: hle\n  value: 41.2\n"
TWO_MISTAKES = ENTRY.replace("task_id: hle", "task_id: hel") + "  date: 2026-01-31\n"  # EH204 on line 3, EH201 on 5


@pytest.fixture
def full(hub: HubDir) -> HubDir:
    hub.registry({"dataset": "cais/hle"})
    hub.model("org/model", {"hle.yaml": TWO_MISTAKES})
    return hub


def _codes(hub: HubDir, **options: object) -> list[str]:
    return [one.code for one in validate([hub.root], **options).diagnostics]  # type: ignore[arg-type]


# --- codes and prefixes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("select", "ignore", "wanted"),
    [
        ((), (), True),
        (("EH2",), (), True),
        (("EH204",), (), True),
        (("EH1",), (), False),
        ((), ("EH2",), False),
        ((), ("EH1",), True),
        (("EH2",), ("EH204",), False),
        (("EH204",), ("EH2",), True),
        (("EH204",), ("EH204",), False),
        (("EH1", "EH20"), ("EH2",), True),
        ((), ("EH",), False),
    ],
)
def test_the_longest_prefix_counts(select: tuple[str, ...], ignore: tuple[str, ...], wanted: bool) -> None:
    assert Choice(select, ignore).wants("EH204") is wanted


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        (["EH204"], ("EH204",)),
        (["eh2, EH301"], ("EH2", "EH301")),
        (["EH2", "EH3"], ("EH2", "EH3")),
        (["unknown-task"], ("EH204",)),
        (["Unknown-Task,,"], ("EH204",)),
        ([""], ()),
    ],
)
def test_codes_are_typed_in_any_case_by_name_and_with_commas(typed: list[str], codes: tuple[str, ...]) -> None:
    assert parse_codes(typed) == codes


@pytest.mark.parametrize("typed", ["EH999", "X", "2", "unknwon-task", "EH204x"])
def test_what_is_no_code_is_wrong_usage(typed: str) -> None:
    with pytest.raises(EvalhubError) as raised:
        parse_codes([typed])
    assert raised.value.exit_status == 2


def test_what_is_nearly_a_code_is_suggested() -> None:
    with pytest.raises(EvalhubError) as raised:
        parse_codes(["unknwon-task"])
    assert raised.value.hint == "did you mean unknown-task?"


# --- where it is chosen ---------------------------------------------------------------------------------------------


def test_select_shows_only_these(full: HubDir) -> None:
    assert _codes(full, select=["EH201"]) == ["EH201"]


def test_ignore_shows_all_but_these(full: HubDir) -> None:
    assert _codes(full, ignore=["EH201"]) == ["EH204"]


def test_findings_of_repositories_are_chosen_too(full: HubDir) -> None:
    full.model("org/broken", {"hle.yaml": ENTRY}, bare=True).lose("HEAD:.eval_results/hle.yaml")
    assert "EH002" in _codes(full)
    assert "EH002" not in _codes(full, ignore=["EH0"])


def _choose(hub: HubDir, validate: str) -> None:
    (hub.root / "evalhub.yaml").write_text(f"benchmarks:\n- dataset: cais/hle\nvalidate:\n  {validate}\n")


def test_the_registry_ignores(full: HubDir) -> None:
    _choose(full, "ignore: [EH201]")
    assert _codes(full) == ["EH204"]


def test_the_registry_selects(full: HubDir) -> None:
    _choose(full, "select: [EH1, date-not-a-string]")
    assert _codes(full) == ["EH201"]


def test_what_is_typed_is_ignored_beside_what_the_registry_ignores(full: HubDir) -> None:
    _choose(full, "ignore: [EH201]")
    assert _codes(full, ignore=["EH204"]) == []


def test_what_is_selected_by_hand_is_shown_whatever_the_registry_ignores(full: HubDir) -> None:
    _choose(full, "ignore: [EH2]")
    assert _codes(full, select=["EH201"]) == ["EH201"]


def test_the_registry_of_a_model_in_a_hub_chooses_nothing(full: HubDir) -> None:
    model = full.root / "models/org/model"
    (model / "evalhub.yaml").write_text("validate: {ignore: [EH]}\n")
    assert [one.code for one in validate([model]).diagnostics] == ["EH204", "EH201"]


@pytest.mark.parametrize("where", ["", "sub", ".eval_results"])
@pytest.mark.parametrize("path", ["", ".eval_results", ".eval_results/hle.yaml"])
def test_a_model_brings_no_registry_of_its_own(tmp_path: Path, cli: Cli, where: str, path: str) -> None:
    model = Repo.create(tmp_path / "model", {"hle.yaml": TWO_MISTAKES}).path
    (model / where).mkdir(exist_ok=True)
    (model / where / "evalhub.yaml").write_text("validate: {ignore: [EH]}\n")
    given = model / path
    assert "EH201" in [one.code for one in validate([given]).diagnostics]
    assert cli("validate", given).status == 1


def test_a_spec_brings_no_registry_of_its_own(tmp_path: Path) -> None:
    benchmark = Repo.create(tmp_path / "benchmark", {"./eval.yaml": "name: HLE\n"}).path
    (benchmark / "evalhub.yaml").write_text("validate: {ignore: [EH]}\n")
    assert [one.code for one in validate([benchmark]).diagnostics] == ["EH110"] * 3


def test_a_bare_repository_brings_no_registry_of_its_own(tmp_path: Path) -> None:
    model = Repo.create(tmp_path / "model.git", {"hle.yaml": TWO_MISTAKES}, bare=True).path
    (model / "evalhub.yaml").write_text("validate: {ignore: [EH]}\n")
    assert "EH201" in [one.code for one in validate([model]).diagnostics]


def test_a_hub_that_is_named_counts_even_if_it_is_a_model(tmp_path: Path) -> None:
    model = Repo.create(tmp_path / "model", {"hle.yaml": TWO_MISTAKES}).path
    (model / "evalhub.yaml").write_text("validate: {ignore: [EH]}\n")
    assert validate([model], hub=model).diagnostics == ()
    assert "EH201" in [one.code for one in validate([model], hub=model, comments=False).diagnostics]


@pytest.mark.parametrize("path", ["", "models", "models/org/model"])
def test_a_hub_in_git_chooses_but_not_where_it_is_validated_without_comments(full: HubDir, path: str) -> None:
    _choose(full, "ignore: [EH201]")
    Repo.create(full.root / "git")
    (full.root / "git/.git").rename(full.root / ".git")
    own = path == "" or path == "models"
    given = full.root / path
    assert [one.code for one in validate([given], ignore=["EH004"]).diagnostics] == ["EH204"]
    found = [one.code for one in validate([given], ignore=["EH004"], comments=False).diagnostics]
    assert found == (["EH204", "EH201"] if own else ["EH204"])


def test_the_registry_of_another_repository_chooses_without_comments_too(full: HubDir, tmp_path: Path) -> None:
    _choose(full, "ignore: [EH201]")
    model = Repo.create(tmp_path / "model", {"hle.yaml": TWO_MISTAKES}).path
    assert [one.code for one in validate([model], hub=full.root, comments=False).diagnostics] == ["EH204"]


def test_an_unknown_code_in_the_registry_is_found_and_has_no_effect(full: HubDir) -> None:
    _choose(full, "select: [EH999]")
    assert _codes(full) == ["EH405", "EH204", "EH201"]


@pytest.mark.parametrize("validate", ["select: EH2", "ignore: [1]", "igore: [EH2]"])
def test_a_choice_that_is_no_choice_is_found(full: HubDir, validate: str) -> None:
    _choose(full, validate)
    assert _codes(full)[0] in ("EH111", "EH112")


def test_the_command_line_takes_several(full: HubDir, cli: Cli) -> None:
    done = cli("validate", full.root, "--select", "EH2", "--ignore", "EH201,EH203", "--ignore", "EH206")
    assert (done.status, "EH204" in done.stdout, "EH201" in done.stdout) == (1, True, False)


def test_where_all_is_ignored_nothing_fails(full: HubDir, cli: Cli) -> None:
    assert cli("validate", full.root, "--ignore", "EH2", "--strict").status == 0


def test_a_code_that_does_not_exist_is_wrong_usage(full: HubDir, cli: Cli) -> None:
    done = cli("validate", full.root, "--ignore", "EH2041")
    assert (done.status, done.stdout) == (2, "")


# --- comments -------------------------------------------------------------------------------------------------------


def _with_comment(hub: HubDir, comment: str) -> list[str]:
    text = TWO_MISTAKES.replace("task_id: hel", f"task_id: hel{comment}")
    (hub.root / "models/org/model/.eval_results/hle.yaml").write_text(text)
    return _codes(hub)


@pytest.mark.parametrize(
    "comment",
    [
        "  # evalhub: ignore[EH204]",
        " #evalhub:ignore[eh204]",
        "  # checked by hand; # evalhub: ignore[EH201, EH204]",
        "  # evalhub: ignore[EH2]",
        "  # evalhub: ignore[unknown-task] it is new",
    ],
)
def test_a_comment_ignores_what_is_found_on_its_line(full: HubDir, comment: str) -> None:
    assert _with_comment(full, comment) == ["EH201"]


@pytest.mark.parametrize(
    "comment",
    [
        "  # evalhub: ignore[EH201]",
        "  # evalhub: ignore",
        "  # evalhub: ignore[]",
        "  # evalhub: ignore[EH999]",
        "  # evalhub ignore[EH204]",
        "#evalhub:ignore[EH204]",
    ],
)
def test_any_other_comment_ignores_nothing(full: HubDir, comment: str) -> None:
    assert "EH204" in _with_comment(full, comment)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_what_looks_like_a_comment_inside_a_text_ignores_nothing(full: HubDir, quote: str) -> None:
    text = ENTRY.replace("task_id: hle", f"task_id: {quote}hel # evalhub: ignore[EH204]{quote}")
    (full.root / "models/org/model/.eval_results/hle.yaml").write_text(text)
    assert _codes(full) == ["EH204"]


def test_a_comment_ignores_what_a_comparison_finds(full: HubDir) -> None:
    twice = ENTRY + ENTRY.replace("dataset:", "dataset:  # evalhub: ignore[EH205]")
    (full.root / "models/org/model/.eval_results/hle.yaml").write_text(twice)
    assert _codes(full) == []


def test_a_comment_in_a_pull_request_ignores_nothing(full: HubDir) -> None:
    mistake = ENTRY.replace("task_id: hle", "task_id: hel # evalhub: ignore[EH204]")
    full.model("org/other", {"hle.yaml": ENTRY}, bare=True).pull(1, {"hle_2.yaml": mistake})
    assert [one.code for one in validate([full.root / "models/org/other.git"], pull_requests=True).diagnostics] == [
        "EH204"
    ]


@pytest.mark.parametrize(("ref", "codes"), [("pr/1", ["EH204"]), ("evalhub/x", ["EH204"]), ("fix", [])])
def test_a_comment_at_a_ref_counts_unless_it_is_a_pull_request(full: HubDir, ref: str, codes: list[str]) -> None:
    mistake = ENTRY.replace("task_id: hle", "task_id: hel # evalhub: ignore[EH204]")
    model = full.model("org/other", {"hle.yaml": ENTRY})
    model.pull(1, {"hle.yaml": mistake})
    for branch in ("evalhub/x", "fix"):
        model.commit({"hle.yaml": mistake}, on=branch, start=model.tip())
    assert [one.code for one in validate([model.path], ref=ref).diagnostics] == codes
    assert [one.code for one in validate([model.path], ref=model.tip("evalhub/x")).diagnostics] == ["EH204"]


def test_a_comment_does_not_bring_a_result_to_a_leaderboard(full: HubDir) -> None:
    full.model("org/other", {"hle.yaml": ENTRY.replace("41.2", ".inf # evalhub: ignore[EH2]")})
    assert "org/other" not in [row.model_id for row in full.board().rows]


def test_comments_need_not_count(full: HubDir) -> None:
    _with_comment(full, "  # evalhub: ignore[EH204]")
    assert _codes(full, comments=False) == ["EH204", "EH201"]


def test_the_summary_says_how_many_are_ignored(full: HubDir, cli: Cli) -> None:
    _with_comment(full, "  # evalhub: ignore[EH204]")
    assert "(1 ignored by comments)" in cli("validate", full.root).stdout


def test_a_comment_that_ignores_a_code_which_is_not_shown_counts_for_nothing(full: HubDir, cli: Cli) -> None:
    _with_comment(full, "  # evalhub: ignore[EH204]")
    assert "ignored" not in cli("validate", full.root, "--select", "EH201").stdout


def test_many_comments_cost_little_time(tmp_path: Path) -> None:
    text = "- dataset: {id: a/b, task_id: c} # evalhub: ignore[EH203]\n  value: x # evalhub: ignore[EH9]\n" * 9_000
    document = yaml_source.parse(text.encode())
    assert len(ignored_lines(document)) == 18_000
