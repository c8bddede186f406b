"""`evalhub submit`: a new result becomes a pull-request branch, and nothing else in the repository changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import Cli, Outcome
from gitrepos import IDENTITY, HubDir, Repo, entry, git

Submit = Callable[..., Outcome]


@pytest.fixture
def submit(hub: HubDir, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Submit:
    """Run `evalhub submit org/model --benchmark hle …` in `hub` as Ada."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: object, model: str = "org/model", benchmark: str = "hle") -> Outcome:
        return cli("submit", model, "--benchmark", benchmark, "--hub", hub.root, *arguments)

    return run


def state(repo: Repo) -> tuple[object, ...]:
    """Everything that a submission must leave as it is: HEAD, index and working tree."""
    index = repo.git_dir / "index"
    files = {path: path.read_bytes() for path in repo.path.rglob("*") if path.is_file() and ".git" not in path.parts}
    digest = hashlib.sha256(index.read_bytes()).hexdigest() if index.exists() else None
    return (repo.git_dir / "HEAD").read_bytes(), digest, files


def refs(repo: Repo) -> dict[str, str]:
    lines = repo.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split() for line in lines)


def show(repo: Repo, ref: str, name: str = "hle.yaml") -> str:
    return repo.git("show", f"{ref}:.eval_results/{name}")


# --- what is committed ----------------------------------------------------------------------------------------------


def test_a_score_is_committed_on_a_new_branch_from_the_default_branch(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    assert submit("--value", 41.5).status == 0
    assert model.git("rev-parse", "evalhub/hle^") == model.tip()
    assert yaml.safe_load(show(model, "evalhub/hle")) == [entry(41.5)]


def test_every_option_of_the_entry_arrives(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    options = {"task": "hle", "source-url": "https://example.org/paper", "source-name": "Paper", "source-user": "ada"}
    options |= {"source-org": "org", "notes": "With tools", "date": "2026-01-31", "revision": "a" * 40}
    submit("--value", 41, *(part for key, value in options.items() for part in (f"--{key}", value)))
    source = {"url": "https://example.org/paper", "name": "Paper", "user": "ada", "org": "org"}
    wanted = entry(41, date="2026-01-31", source=source, notes="With tools")
    wanted["dataset"]["revision"] = "a" * 40
    assert yaml.safe_load(show(model, "evalhub/hle-with-tools", "hle_with_tools.yaml")) == [wanted]


def test_the_value_keeps_the_form_in_which_it_was_typed(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    submit("--value", "56")
    assert "value: 56\n" in show(model, "evalhub/hle") + "\n"


def test_the_new_result_is_on_the_leaderboard_at_once_as_community(hub: HubDir, submit: Submit) -> None:
    hub.model()
    submit("--value", 41.5)
    (row,) = hub.board().rows
    assert (row.value, row.score.origin, row.score.commit_author) == (41.5, "community", "Ada Lovelace")


def test_an_entry_is_added_to_the_benchmarks_file_and_its_other_lines_stay(hub: HubDir, submit: Submit) -> None:
    text = "# scores\n- dataset: {id: cais/hle, task_id: hle}   # from the card\n  value: 40.0\n  notes: 'no tools'\n"
    model = hub.model(files={"my_scores.yaml": text})
    submit("--value", 41.5, "--notes", "With tools")
    assert show(model, "evalhub/my-scores", "my_scores.yaml").startswith(text)


def test_a_file_can_be_named(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    submit("--value", 41.5, "--file", "other.yaml")
    assert yaml.safe_load(show(model, "evalhub/other", "other.yaml")) == [entry(41.5)]


@pytest.mark.parametrize(
    "name", ["../x.yaml", "a/b.yaml", "x.yml", "x", ".yaml", ".eval_results/../x.yaml", "a\x1b.yaml"]
)
def test_a_file_that_the_hub_would_not_read_is_wrong_usage(name: str, hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    before = refs(model)
    assert submit("--value", 41.5, "--file", name).status == 2
    assert refs(model) == before


def test_the_branch_and_message_can_be_chosen(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    submit("--value", 41.5, "--branch", "my-score", "--message", "Say it my way")
    assert model.git("log", "-1", "--format=%s", "evalhub/my-score") == "Say it my way"


def test_it_prints_the_branch_and_the_push_to_type(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    model.git("remote", "add", "origin", "https://example.org/org/model")
    outcome = submit("--value", 41.5)
    assert "to evalhub/hle in" in outcome.stdout
    assert f"evalhub push org/model evalhub/hle --hub {hub.root}" in outcome.stderr


def test_a_dry_run_shows_the_change_and_writes_nothing(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    before = refs(model)
    outcome = submit("--value", 41.5, "--dry-run")
    assert (outcome.status, refs(model)) == (0, before)
    assert "+  value: 41.5" in outcome.stdout


# --- nothing else changes -------------------------------------------------------------------------------------------


def test_uncommitted_work_and_another_branch_checked_out_stay_as_they_are(hub: HubDir, submit: Submit) -> None:
    model = hub.model(files={"hle.yaml": [entry(40.0, notes="no tools")]})
    model.git("checkout", "-q", "-b", "work")
    (model.path / ".eval_results/hle.yaml").write_text("- half an entry\n")
    (model.path / "staged").write_text("staged\n")
    model.git("add", "staged")
    before, refs_before = state(model), refs(model)
    assert submit("--value", 41.5).status == 0
    assert state(model) == before
    assert {ref: id for ref, id in refs(model).items() if ref in refs_before} == refs_before
    assert yaml.safe_load(show(model, "evalhub/hle"))[0]["notes"] == "no tools"


def test_it_works_in_a_bare_repository(hub: HubDir, submit: Submit) -> None:
    model = hub.model(bare=True)
    assert submit("--value", 41.5).status == 0
    assert yaml.safe_load(show(model, "evalhub/hle")) == [entry(41.5)]


def test_it_works_where_only_a_remote_branch_is_the_default(hub: HubDir, submit: Submit, tmp_path: Path) -> None:
    upstream = Repo.create(tmp_path / "upstream", {"./README.md": "hello\n"})
    clone = upstream.clone(hub.root / "models/org/model")
    clone.git("checkout", "-q", "--detach")
    clone.git("branch", "-q", "-D", "main")
    assert submit("--value", 41.5).status == 0
    assert clone.git("rev-parse", "evalhub/hle^") == upstream.tip()


def test_an_existing_branch_is_never_overwritten(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    model.set("evalhub/mine", model.tip())
    outcome = submit("--value", 41.5, "--branch", "mine")
    assert (outcome.status, model.git("rev-parse", "evalhub/mine")) == (1, model.tip())
    assert "exists" in outcome.stderr


def test_a_name_that_is_taken_is_numbered_where_evalhub_chose_it(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    submit("--value", 41.5)
    submit("--value", 42.5, "--supersede")
    assert {"refs/heads/evalhub/hle", "refs/heads/evalhub/hle-2"} <= set(refs(model))


# --- scores that stand already --------------------------------------------------------------------------------------


def test_the_same_score_on_the_default_branch_does_nothing(hub: HubDir, submit: Submit) -> None:
    model = hub.model(files={"hle.yaml": [entry(41.5)]})
    before = refs(model)
    outcome = submit("--value", "41.50")
    assert (outcome.status, refs(model)) == (0, before)
    assert "refs/heads/main, in .eval_results/hle.yaml" in outcome.stdout


def test_the_same_score_in_an_open_pull_request_does_nothing(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    model.pull(7, {"hle.yaml": [entry(41.5)]})
    before = refs(model)
    outcome = submit("--value", 41.5)
    assert (outcome.status, refs(model)) == (0, before)
    assert "pull request 7" in outcome.stdout


def test_a_different_score_stops_and_says_where_it_stands(hub: HubDir, submit: Submit) -> None:
    model = hub.model(files={"hle.yaml": [entry(40.0)]})
    before = refs(model)
    outcome = submit("--value", 41.5)
    assert (outcome.status, refs(model)) == (1, before)
    assert "40.0 on refs/heads/main" in outcome.stdout
    assert "--supersede" in outcome.stderr


def test_other_notes_are_another_score(hub: HubDir, submit: Submit) -> None:
    hub.model(files={"hle.yaml": [entry(40.0)]})
    assert submit("--value", 41.5, "--notes", "With tools").status == 0


def test_superseding_replaces_the_entry_and_keeps_every_other_line(hub: HubDir, submit: Submit) -> None:
    kept = "# before\n- dataset:\n    id: cais/hle\n    task_id: hle\n  value: 30.0\n  notes: 'with tools'\n# between\n"
    old = '- dataset:\n    id: cais/hle\n    task_id: hle\n  value: 40.0 # typo\n  date: "2026-01-01"\n# after\n'
    model = hub.model(files={"hle.yaml": kept + old})
    assert submit("--value", 41.5, "--supersede").status == 0
    after = show(model, "evalhub/hle") + "\n"
    assert after.startswith(kept)
    assert after.endswith("# after\n")
    assert yaml.safe_load(after)[1] == entry(41.5)


def test_superseding_a_pull_request_leaves_its_branch_alone(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    ref = model.pull(7, {"hle.yaml": [entry(40.0)]})
    tip = model.tip(ref)
    assert submit("--value", 41.5, "--supersede").status == 0
    assert model.git("rev-parse", ref) == tip


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["nan", "inf", "84.6%", "84,6", "", "1e999", "0x10", "1_000", "eighty"])
def test_a_value_that_is_no_plain_number_is_wrong_usage(value: str, hub: HubDir, submit: Submit) -> None:
    hub.model()
    assert submit("--value", value).status == 2


def test_an_entry_with_errors_is_refused_and_shown(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    before = refs(model)
    outcome = submit("--value", 41.5, "--date", "2026-02-30")
    assert (outcome.status, refs(model)) == (1, before)
    assert "EH207" in outcome.stderr


def test_errors_of_other_entries_do_not_stop_a_good_one(hub: HubDir, submit: Submit) -> None:
    hub.model(files={"hle.yaml": [entry("forty", notes="no tools")]})
    assert submit("--value", 41.5).status == 0


def test_a_file_that_is_not_yaml_is_not_edited(hub: HubDir, submit: Submit) -> None:
    model = hub.model(files={"hle.yaml": "- [", "other.yaml": "- ["})
    before = refs(model)
    outcome = submit("--value", 41.5)
    assert (outcome.status, refs(model)) == (1, before)
    assert "--file" in outcome.stderr


def test_a_source_needs_its_address(hub: HubDir, submit: Submit) -> None:
    hub.model()
    outcome = submit("--value", 41.5, "--source-name", "Paper")
    assert outcome.status == 2
    assert "--source-url" in outcome.stderr


def test_a_benchmark_with_several_tasks_needs_one_named(hub: HubDir, submit: Submit) -> None:
    hub.dataset("org/many", name="Many", tasks=("first", "second"))
    hub.model()
    outcome = submit("--value", 41.5, benchmark="many")
    assert outcome.status == 2
    assert "first, second" in outcome.stderr


def test_a_benchmark_outside_the_hub_is_accepted_with_a_warning_if_named_in_full(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    outcome = submit("--value", 41.5, "--task", "x", benchmark="elsewhere/zzz")
    assert outcome.status == 0
    assert "EH203" in outcome.stderr
    assert yaml.safe_load(show(model, "evalhub/zzz", "zzz.yaml")) == [entry(41.5, "elsewhere/zzz", "x")]


def test_a_misspelt_benchmark_is_not_taken_for_one_outside_the_hub(hub: HubDir, submit: Submit) -> None:
    hub.model()
    outcome = submit("--value", 41.5, "--task", "hle", benchmark="cais/hlee")
    assert outcome.status == 1
    assert "did you mean cais/hle?" in outcome.stderr


def test_a_model_that_is_not_in_the_hub(hub: HubDir, submit: Submit) -> None:
    hub.model("org/model-7b")
    outcome = submit("--value", 41.5, model="org/modell-7b")
    assert outcome.status == 1
    assert "did you mean org/model-7b?" in outcome.stderr


def test_a_model_without_commits(hub: HubDir, submit: Submit) -> None:
    Repo.create(hub.root / "models/org/model")
    outcome = submit("--value", 41.5)
    assert outcome.status == 1
    assert "no commits" in outcome.stderr


def test_without_an_identity_it_says_how_to_set_one(
    hub: HubDir, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in IDENTITY:
        monkeypatch.delenv(name)
    model = hub.model()
    outcome = submit("--value", 41.5)
    assert outcome.status == 1
    assert "git config --global user.name" in outcome.stderr
    assert list(refs(model)) == ["refs/heads/main"]


def test_a_file_that_is_a_symbolic_link_is_not_followed(hub: HubDir, submit: Submit, tmp_path: Path) -> None:
    target = tmp_path / "outside.yaml"
    target.write_text("[]\n")
    model = hub.model()
    (model.path / ".eval_results").mkdir()
    (model.path / ".eval_results/hle.yaml").symlink_to(target)
    git(model.path, "add", ".")
    git(model.path, "commit", "-q", "-m", "Link")
    assert submit("--value", 41.5).status == 1
    assert target.read_text() == "[]\n"


# --- updating what one's own branch proposes ------------------------------------------------------------------------


def test_an_update_is_another_commit_on_the_branch_that_proposes_the_score(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    submit("--value", 41.5)
    first = model.git("rev-parse", "evalhub/hle")
    assert submit("--value", 42.5, "--update").status == 0
    assert model.git("rev-parse", "evalhub/hle^") == first
    assert yaml.safe_load(show(model, "evalhub/hle")) == [entry(42.5)]
    assert set(refs(model)) == {"refs/heads/main", "refs/heads/evalhub/hle"}


def test_an_update_keeps_the_source_date_and_revision_that_it_does_not_name(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    submit("--value", 41.5, "--source-url", "https://example.org/a", "--date", "2026-01-02")
    submit("--value", 42.5, "--update", "--date", "2026-01-03")
    wanted = entry(42.5, date="2026-01-03", source={"url": "https://example.org/a"})
    assert yaml.safe_load(show(model, "evalhub/hle")) == [wanted]


def test_a_source_is_added_to_what_ones_own_branch_proposes(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    assert "--source-url URL --update" in submit("--value", 41.5).stderr
    outcome = submit("--value", 41.5, "--source-url", "https://example.org/a")
    assert ("nothing to do" in outcome.stdout, "add --update" in outcome.stderr) == (True, True)
    assert submit("--value", 41.5, "--source-url", "https://example.org/a", "--update").status == 0
    assert yaml.safe_load(show(model, "evalhub/hle")) == [entry(41.5, source={"url": "https://example.org/a"})]


def test_an_update_that_changes_nothing_does_nothing(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    submit("--value", 41.5, "--source-url", "https://example.org/a")
    before = refs(model)
    assert "nothing to do" in submit("--value", 41.5, "--update").stdout
    assert refs(model) == before


def test_without_a_branch_that_proposes_it_an_update_is_a_new_branch(hub: HubDir, submit: Submit) -> None:
    model = hub.model(files={"hle.yaml": [entry(40, notes="other")]})
    assert submit("--value", 42.5, "--update").status == 0
    assert model.git("rev-parse", "evalhub/hle^") == model.tip()


def test_an_update_does_not_override_the_author(hub: HubDir, submit: Submit) -> None:
    model = hub.model(files={"hle.yaml": [entry(40)]})
    assert submit("--value", 42.5, "--update").status == 1
    assert set(refs(model)) == {"refs/heads/main"}


def test_what_supersedes_the_author_is_updated(hub: HubDir, submit: Submit) -> None:
    model = hub.model(files={"hle.yaml": [entry(40)]})
    submit("--value", 42.5, "--supersede")
    assert submit("--value", 43.5, "--update").status == 0
    assert yaml.safe_load(show(model, "evalhub/hle")) == [entry(43.5)]


def test_somebody_elses_branch_is_not_updated(hub: HubDir, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    model = hub.model()
    submit("--value", 41.5)
    before = refs(model)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "grace@example.org")
    outcome = submit("--value", 42.5, "--update")
    assert (outcome.status, "is not yours: Ada Lovelace" in outcome.stderr) == (1, True)
    assert refs(model) == before


def test_a_branch_that_is_checked_out_is_not_updated(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    submit("--value", 41.5)
    model.git("switch", "-q", "evalhub/hle")
    before = refs(model)
    outcome = submit("--value", 42.5, "--update")
    assert (outcome.status, "is checked out in" in outcome.stderr) == (1, True)
    assert refs(model) == before


def test_a_named_branch_takes_another_score(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    submit("--value", 41.5)
    assert submit("--value", 50, "--notes", "With tools", "--update", "--branch", "hle").status == 0
    assert yaml.safe_load(show(model, "evalhub/hle")) == [entry(41.5), entry(50, notes="With tools")]


def test_of_several_branches_the_one_to_update_must_be_named(hub: HubDir, submit: Submit) -> None:
    hub.model()
    submit("--value", 41.5)
    submit("--value", 42.5, "--supersede")
    outcome = submit("--value", 43.5, "--update")
    assert (outcome.status, "evalhub/hle, evalhub/hle-2" in outcome.stderr) == (2, True)


def test_of_several_branches_the_only_one_of_ones_own_is_updated(
    hub: HubDir, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = hub.model()
    submit("--value", 41.5)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "grace@example.org")
    submit("--value", 42.5, "--supersede")
    assert submit("--value", 43.5, "--update").status == 0
    assert yaml.safe_load(show(model, "evalhub/hle")) == [entry(41.5)]
    assert yaml.safe_load(show(model, "evalhub/hle-2")) == [entry(43.5)]


def test_the_author_of_a_branch_may_have_a_name_in_any_encoding(
    hub: HubDir, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = hub.model()
    main = model.git("rev-parse", "main")
    model.commit({"hle.yaml": [entry(41.5)]}, on="evalhub/hle", start=main, author=b"Gr\xe4ce")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "grace@example.org")
    outcome = submit("--value", 42.5, "--update")
    assert (outcome.status, "is not yours: Gr\ufffdce" in outcome.stderr) == (1, True)


def test_what_to_type_next_is_not_what_was_typed(hub: HubDir, submit: Submit) -> None:
    hub.model()
    submit("--value", 41.5)
    submit("--value", 50, "--notes", "With tools")
    outcome = submit("--value", 42.5, "--update", "--branch", "hle-with-tools")
    assert (outcome.status, "add --update" in outcome.stderr) == (1, False)


def test_a_branch_to_update_that_is_not_there_is_an_error(hub: HubDir, submit: Submit) -> None:
    hub.model()
    outcome = submit("--value", 43.5, "--update", "--branch", "hle")
    assert (outcome.status, "has no open branch evalhub/hle" in outcome.stderr) == (1, True)


def test_a_conflict_with_ones_own_branch_says_how_to_update_it(hub: HubDir, submit: Submit) -> None:
    hub.model()
    submit("--value", 41.5)
    assert "--update" in submit("--value", 42.5).stderr
