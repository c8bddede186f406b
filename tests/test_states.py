"""`validate --ref` and `--staged`: what stands elsewhere than in the working tree."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Cli
from gitrepos import IDENTITY, HubDir, Link, Repo

from evalhub import EvalhubError, validate
from evalhub.diagnostics import Diagnostic

GOOD = "- dataset: {id: cais/hle, task_id: hle}\n  value: 41.2\n"
BAD = "- dataset: {id: cais/hle, task_id: hle}\n  value: high\n"
RESULTS = ".eval_results/hle.yaml"


@pytest.fixture
def hub(hub: HubDir) -> HubDir:
    hub.registry({"dataset": "cais/hle"})
    return hub


@pytest.fixture
def model(hub: HubDir) -> Repo:
    return hub.model("org/model", {"hle.yaml": GOOD})


def _found(path: Path, **options: object) -> list[tuple[str, str | None]]:
    report = validate([path], **options)  # type: ignore[arg-type]
    return [(one.code, one.file.ref) for one in report.diagnostics]


# --- a ref ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fix", "heads/fix", "refs/heads/fix"])
def test_a_branch_is_validated_instead_of_the_working_tree(model: Repo, name: str) -> None:
    model.commit({"hle.yaml": BAD}, on="fix", start=model.tip())
    (model.path / RESULTS).write_text("- 1\n- 2\n")
    assert _found(model.path, ref=name) == [("EH112", "refs/heads/fix")]


def test_a_commit_is_validated(model: Repo) -> None:
    bad = model.commit({"hle.yaml": BAD})
    model.commit({"hle.yaml": GOOD})
    assert _found(model.path, ref=bad[:10]) == [("EH112", bad[:10])]
    assert _found(model.path, ref="HEAD~1") == [("EH112", "HEAD~1")]
    assert _found(model.path, ref="main") == []


def test_a_tag_is_validated(model: Repo) -> None:
    model.commit({"hle.yaml": BAD})
    model.git("tag", "-a", "v1", "-m", "v1")
    model.commit({"hle.yaml": GOOD})
    assert _found(model.path, ref="v1") == [("EH112", "refs/tags/v1")]


@pytest.mark.parametrize("bare", [True, False])
def test_a_pull_request_is_validated_as_a_whole(hub: HubDir, bare: bool) -> None:
    model = hub.model("org/prs", {"hle_a.yaml": BAD}, bare=bare)
    model.pull(1, {"hle_b.yaml": BAD + "  notes: b\n"})
    assert _found(model.path, ref="pr/1") == [("EH112", "refs/pr/1")] * 2


def test_in_a_hub_the_repositories_that_have_the_ref_are_validated(hub: HubDir, model: Repo) -> None:
    hub.model("org/other", {"hle.yaml": BAD})
    model.commit({"hle.yaml": BAD}, on="fix", start=model.tip())
    report = validate([hub.root], ref="fix")
    assert [(one.code, one.file.repo) for one in report.diagnostics] == [("EH112", "org/model")]
    assert report.files_checked == 1


def test_a_spec_at_a_ref_is_validated(hub: HubDir) -> None:
    dataset = hub.dataset("org/bench")
    dataset.commit({"./eval.yaml": "name: 1\n"}, on="draft", start=dataset.tip())
    assert ("EH112", "refs/heads/draft") in _found(dataset.path, ref="draft")


def test_one_file_at_a_ref_is_validated_in_the_light_of_the_others(model: Repo) -> None:
    model.commit(
        {"hle.yaml": GOOD, "hle_more.yaml": GOOD, "hle_third.yaml": BAD + "  notes: c\n"}, on="fix", start=model.tip()
    )
    path = model.path / ".eval_results/hle_more.yaml"
    assert not path.exists()
    assert _found(path, ref="fix") == [("EH205", "refs/heads/fix")]


@pytest.mark.parametrize("name", ["nope", "", "-x", "HEAD~9", "main:README.md", "\x1b[31m", "a..b", "@{1}", "0" * 40])
def test_a_ref_that_is_not_there_is_an_error(model: Repo, cli: Cli, name: str) -> None:
    done = cli("validate", model.path, f"--ref={name}")
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")


def test_a_ref_that_is_not_there_in_any_repository_of_a_hub_is_an_error(hub: HubDir, model: Repo) -> None:
    with pytest.raises(EvalhubError, match="there is no nope"):
        validate([hub.root], ref="nope")


def test_a_file_that_the_ref_does_not_have_is_an_error(model: Repo) -> None:
    with pytest.raises(EvalhubError, match=r"none\.yaml is not at main"):
        validate([model.path / ".eval_results/none.yaml"], ref="main")


@pytest.mark.parametrize("options", [{"ref": "main"}, {"staged": True}])
def test_what_is_in_no_repository_has_no_ref(tmp_path: Path, options: dict[str, object]) -> None:
    (tmp_path / "x.yaml").write_text(GOOD)
    for path in (tmp_path, tmp_path / "x.yaml"):
        with pytest.raises(EvalhubError):
            validate([path], **options)  # type: ignore[arg-type]


def test_a_ref_whose_objects_are_missing_is_found(hub: HubDir) -> None:
    model = hub.model("org/broken", {"hle.yaml": GOOD}, bare=True)
    model.commit({"hle.yaml": BAD}, on="fix", start=model.tip())
    model.lose("fix")
    assert ("EH002", "fix") in _found(model.path, ref="fix")


# --- the index ------------------------------------------------------------------------------------------------------


def test_what_is_staged_is_validated_and_not_what_is_edited_after(model: Repo) -> None:
    (model.path / RESULTS).write_text(BAD)
    model.git("add", RESULTS)
    (model.path / RESULTS).write_text(GOOD)
    assert _found(model.path, staged=True) == [("EH112", "staged")]


def test_what_is_not_staged_is_not_validated(model: Repo) -> None:
    (model.path / RESULTS).write_text(BAD)
    report = validate([model.path], staged=True)
    assert (report.files_checked, report.diagnostics) == (0, ())


def test_what_is_staged_as_it_is_in_head_is_not_validated(hub: HubDir) -> None:
    model = hub.model("org/bad", {"hle.yaml": BAD, "hle_more.yaml": GOOD + "  notes: x\n"})
    (model.path / ".eval_results/hle_more.yaml").write_text(BAD + "  notes: x\n")
    model.git("add", "-A")
    report = validate([model.path], staged=True)
    assert [one.file.path for one in report.diagnostics] == [".eval_results/hle_more.yaml"]


def test_what_is_staged_is_compared_with_what_stays(model: Repo) -> None:
    (model.path / ".eval_results/hle_a.yaml").write_text(GOOD)
    model.git("add", "-A")
    report = validate([model.path], staged=True)
    assert [(one.code, one.file.path) for one in report.diagnostics] == [("EH205", ".eval_results/hle_a.yaml")]


def test_the_first_commit_is_staged(hub: HubDir) -> None:
    model = Repo.create(hub.root / "models/org/new")
    (model.path / ".eval_results").mkdir()
    (model.path / RESULTS).write_text(BAD)
    model.git("add", "-A")
    assert ("EH112", "staged") in _found(model.path, staged=True)


def test_a_staged_spec_and_link_are_validated(hub: HubDir, model: Repo) -> None:
    dataset = hub.dataset("org/bench")
    (dataset.path / "eval.yaml").write_text("name: 1\n")
    dataset.git("add", "-A")
    os.symlink("hle.yaml", model.path / ".eval_results/link.yaml")
    model.git("add", "-A")
    assert {code for code, _ in _found(hub.root, staged=True)} == {"EH108", "EH110", "EH112"}


def test_a_deleted_file_is_not_validated(model: Repo) -> None:
    model.git("rm", "-q", RESULTS)
    assert _found(model.path, staged=True) == []


def test_a_bare_repository_has_nothing_staged(hub: HubDir) -> None:
    bare = hub.model("org/bare", {"hle.yaml": BAD}, bare=True)
    assert _found(bare.path, staged=True) == []


def test_an_index_that_cannot_be_read_is_found(hub: HubDir, model: Repo) -> None:
    (model.path / ".git/index").write_bytes(b"rubbish" * 10)
    assert ("EH002", "staged") in _found(hub.root, staged=True)


def test_a_hook_sees_what_is_being_committed(hub: HubDir, model: Repo) -> None:
    """`git commit FILE` has an index of its own, in which only that file is staged."""
    hook = model.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexec evalhub validate --staged --format json > found.json\n")
    hook.chmod(0o755)
    (model.path / RESULTS).write_text(BAD)
    (model.path / ".eval_results/hle_more.yaml").write_text("- 1\n")
    model.git("add", "-A")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["git", "commit", "-q", "-m", "x", RESULTS],
        cwd=model.path,
        env={**os.environ, **IDENTITY, "PATH": path},
        capture_output=True,
    )
    assert done.returncode == 1, done.stderr
    text = (model.path / "found.json").read_text()
    assert ("hle.yaml" in text, "hle_more.yaml" in text) == (True, False)


def test_text_says_that_it_is_staged(model: Repo, cli: Cli) -> None:
    (model.path / RESULTS).write_text(BAD)
    model.git("add", "-A")
    assert "(staged) .eval_results/hle.yaml:2:10: error[EH112]" in cli("validate", model.path, "--staged").stdout


def test_ref_and_staged_do_not_go_together(model: Repo, cli: Cli) -> None:
    assert cli("validate", model.path, "--staged", "--ref", "main").status == 2


def test_nothing_changes_in_the_repository(model: Repo) -> None:
    model.commit({"hle.yaml": BAD, "link.yaml": Link("hle.yaml")}, on="fix", start=model.tip())
    (model.path / RESULTS).write_text(BAD)
    model.git("add", "-A")
    before = {path: path.read_bytes() for path in model.path.rglob("*") if path.is_file()}
    found: list[Diagnostic] = []
    for options in ({"ref": "fix"}, {"staged": True}):
        found += validate([model.path], **options).diagnostics  # type: ignore[arg-type]
    assert found
    assert {path: path.read_bytes() for path in model.path.rglob("*") if path.is_file()} == before


# --- what is named is checked, or somebody is told why not -----------------------------------------------------------

BAD_ENTRY = "- dataset: {id: cais/hle, task_id: hle}\n  value: high\n"


@pytest.mark.parametrize("more", [(), (".eval_results/other.yaml",)])
def test_a_file_in_a_results_folder_that_is_a_link_is_not_passed_over(hub: HubDir, more: tuple[str, ...]) -> None:
    model = hub.model("org/model", {"hle.yaml": BAD_ENTRY, "other.yaml": BAD_ENTRY}).path
    (model / ".eval_results").rename(model / "elsewhere")
    (model / ".eval_results").symlink_to("elsewhere")
    found = validate([model / name for name in (".eval_results/hle.yaml", *more)]).diagnostics
    assert [(one.code, one.file.path) for one in found] == [("EH108", ".eval_results")]


def test_a_file_that_is_named_deep_below_is_not_passed_over(hub: HubDir) -> None:
    deep = hub.model("org/model", {"hle.yaml": BAD_ENTRY}).path / ".eval_results" / "/".join("abcdefghijkl") / "x.yaml"
    deep.parent.mkdir(parents=True)
    deep.write_text(BAD_ENTRY)
    assert [one.code for one in validate([deep]).diagnostics] == ["EH206"]


def test_a_file_that_is_named_and_not_in_the_index_is_wrong(hub: HubDir, cli: Cli) -> None:
    model = hub.model("org/model", {"hle.yaml": BAD_ENTRY}).path
    (model / ".eval_results/new.yaml").write_text(BAD_ENTRY)
    done = cli("validate", "--staged", model / ".eval_results/new.yaml")
    assert (done.status, ".eval_results/new.yaml is not in the index" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "names",
    [
        (".eval_results/hle.yaml", ".eval_results/../.eval_results/hle.yaml"),
        (".eval_results/hle.yaml", "../link/.eval_results/hle.yaml"),
        ("../link/.eval_results/hle.yaml", ".eval_results/hle.yaml", "../link/../model/.eval_results/hle.yaml"),
        ("", "../model"),
        ("", "../link"),
        ("", ".eval_results/hle.yaml"),
        ("", "../model/.eval_results/../.eval_results/hle.yaml"),
        ("", "../link/.eval_results/hle.yaml"),
        ("../link/.eval_results/hle.yaml", ""),
    ],
)
def test_one_file_by_several_names_is_checked_once(hub: HubDir, names: tuple[str, ...]) -> None:
    model = hub.model("org/model", {"hle.yaml": BAD_ENTRY}).path
    (model.parent / "link").symlink_to("model")
    report = validate([model / name for name in names])
    assert (report.files_checked, [one.code for one in report.diagnostics]) == (1, ["EH112"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "# A model\n"),
        ("config.json", "{}"),
        ("config.yaml", "services: {web: {}}\n"),
        (".eval_results/notes.txt", "none\n"),
    ],
)
@pytest.mark.parametrize("in_git", [True, False])
def test_what_is_no_file_of_ours_is_wrong_usage(tmp_path: Path, cli: Cli, name: str, text: str, in_git: bool) -> None:
    top = Repo.create(tmp_path / "model", {"hle.yaml": BAD_ENTRY}).path if in_git else tmp_path
    (top / name).parent.mkdir(exist_ok=True)
    (top / name).write_text(text)
    done = cli("validate", top / name)
    assert (done.status, "hint: name .eval_results/*.yaml, eval.yaml or evalhub.yaml" in done.stderr) == (2, True)


@pytest.mark.parametrize("bare", [True, False])
def test_the_pull_requests_that_there_are_are_named(hub: HubDir, cli: Cli, bare: bool) -> None:
    model = hub.model("org/model", {"hle.yaml": GOOD}, bare=bare)
    for number in range(1, 13):
        model.pull(number, {f"hle_{number}.yaml": GOOD})
    done = cli("validate", model.path, "--ref", "pr/99")
    listed = ", ".join(f"pr/{number}" for number in range(1, 11))
    assert (done.status, f"hint: the pull requests there are: {listed}, …" in done.stderr) == (1, True)
    assert "--ref main" in cli("validate", model.path, "--ref", "nope").stderr


def test_a_file_that_is_only_intended_to_be_added_is_not_staged(hub: HubDir) -> None:
    model = hub.model("org/model", {"hle.yaml": GOOD})
    (model.path / ".eval_results/new.yaml").write_text(BAD)
    (model.path / ".eval_results/empty.yaml").write_text("")
    model.git("add", "-N", ".eval_results/new.yaml")
    model.git("add", ".eval_results/empty.yaml")
    report = validate([model.path], staged=True)
    assert [file.path for file in report.files] == [".eval_results/empty.yaml"]


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--staged", "--ref", "main"), "two states of a repository"),
        (("--fix", "--diff"), "look at what --diff shows"),
        (("--fix", "--staged"), "only files of the working tree"),
        (("--select", ""), "evalhub explain"),
        (("--select", ","), "evalhub explain"),
    ],
)
def test_wrong_usage_is_told_what_to_do(hub: HubDir, cli: Cli, options: tuple[str, ...], hint: str) -> None:
    model = hub.model("org/model", {"hle.yaml": GOOD})
    done = cli("validate", model.path, *options)
    assert (done.status, hint in done.stderr) == (2, True)


def test_one_path_and_one_code_may_be_plain_text(hub: HubDir) -> None:
    model = hub.model("org/model", {"hle.yaml": BAD})
    for path in (model.path, str(model.path)):
        report = validate(path, select="EH1", ignore="EH114")
        assert [one.code for one in report.diagnostics] == ["EH112"]
