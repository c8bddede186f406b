"""`evalhub push` to an ordinary remote over file://, which gets the branch and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Cli, Outcome
from gitrepos import IDENTITY, HubDir, Repo, entry
from gitservers import bare_remote, hook
from test_submit import refs, state

from evalhub.remotes import Remote, pull_request_url

Push = Callable[..., Outcome]


@pytest.fixture
def remote(hub: HubDir, tmp_path: Path) -> Repo:
    """The bare repository that org/model is a clone of; it has one result with notes."""
    seed = Repo.create(tmp_path / "seed", {"./README.md": "# A model\n", "old.yaml": [entry(30.0, notes="old")]})
    return bare_remote(tmp_path / "remotes", seed)


@pytest.fixture
def model(hub: HubDir, remote: Repo) -> Repo:
    """org/model in the hub, with the branch evalhub/hle that proposes 41.5."""
    made = remote.clone(hub.root / "models/org/model")
    propose(made, 41.5)
    return made


@pytest.fixture
def push(hub: HubDir, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Push:
    """Run `evalhub push org/model …` in `hub` as Ada."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: object) -> Outcome:
        return cli("push", "org/model", "--hub", hub.root, *arguments)

    return run


def propose(repo: Repo, value: float, branch: str = "hle", name: str = "hle.yaml", **fields: object) -> str:
    ref = branch if branch.startswith("refs/") else f"evalhub/{branch}"
    start = repo.git("rev-parse", "main")
    return repo.commit({name: [entry(value, **fields)]}, on=ref, start=start, message=f"Add {value}")


# --- what is pushed -------------------------------------------------------------------------------------------------


def test_the_remote_gets_the_branch_and_the_clone_keeps_it(remote: Repo, model: Repo, push: Push) -> None:
    before = refs(remote)
    outcome = push()
    assert outcome.status == 0
    assert refs(remote) == {**before, "refs/heads/evalhub/hle": model.git("rev-parse", "evalhub/hle")}


def test_nothing_in_the_clone_changes_but_the_remote_tracking_branch(model: Repo, push: Push) -> None:
    (model.path / "staged").write_text("staged\n")
    model.git("add", "staged")
    (model.path / "README.md").write_text("half a sentence")
    before, refs_before = state(model), refs(model)
    push()
    assert state(model) == before
    tracking = {"refs/remotes/origin/evalhub/hle": model.git("rev-parse", "evalhub/hle")}
    assert refs(model) == {**refs_before, **tracking}
    assert not (model.git_dir / "FETCH_HEAD").exists()


def test_what_was_pushed_counts_once_and_as_community(hub: HubDir, model: Repo, push: Push) -> None:
    push()
    assert [(row.value, row.score.origin) for row in hub.board().rows] == [(41.5, "community")]


def test_the_settings_of_a_clone_push_nothing_else(remote: Repo, model: Repo, push: Push) -> None:
    model.git("config", "remote.origin.mirror", "true")
    model.git("config", "push.followTags", "true")
    model.git("config", "remote.origin.push", "+refs/heads/*:refs/heads/*")
    model.git("tag", "-a", "-m", "mine", "mine", "evalhub/hle")
    model.git("branch", "secret", "main")
    assert push().status == 0
    assert set(refs(remote)) == {"refs/heads/main", "refs/heads/evalhub/hle"}


@pytest.mark.parametrize("name", ["hle", "evalhub/hle", "refs/heads/evalhub/hle"])
def test_the_branch_can_be_named_with_or_without_what_is_before_it(
    name: str, remote: Repo, model: Repo, push: Push
) -> None:
    propose(model, 50.0, "other", "other.yaml", notes="other")
    assert push(name).status == 0
    assert "refs/heads/evalhub/hle" in refs(remote)


def test_one_of_several_branches_must_be_named(remote: Repo, model: Repo, push: Push) -> None:
    propose(model, 50.0, "other", "other.yaml", notes="other")
    outcome = push()
    assert outcome.status == 2
    assert "evalhub/hle, evalhub/other" in outcome.stderr
    assert set(refs(remote)) == {"refs/heads/main"}


def test_without_a_branch_it_says_how_to_make_one(remote: Repo, hub: HubDir, push: Push) -> None:
    remote.clone(hub.root / "models/org/model")
    outcome = push()
    assert outcome.status == 1
    assert "evalhub submit org/model" in outcome.stderr


def test_a_branch_that_is_not_there_is_told_with_those_that_are(model: Repo, push: Push) -> None:
    outcome = push("mmlu")
    assert outcome.status == 1
    assert "evalhub/hle" in outcome.stderr


@pytest.mark.parametrize("name", ["hle~1", "hle^", "hle@{0}", "hle:README.md", "-d", "--all", "*", "hle..main", ""])
def test_a_revision_is_no_branch(name: str, remote: Repo, model: Repo, push: Push) -> None:
    before = refs(remote)
    outcome = push("--", name)
    assert outcome.status == 1
    assert "has no branch" in outcome.stderr
    assert refs(remote) == before


def test_a_dry_run_changes_no_ref_anywhere(remote: Repo, model: Repo, push: Push) -> None:
    before = refs(remote), refs(model)
    outcome = push("--dry-run")
    assert outcome.status == 0
    assert "would push evalhub/hle to origin" in outcome.stdout
    assert (refs(remote), refs(model)) == before


def test_another_push_has_nothing_to_do(model: Repo, push: Push) -> None:
    push()
    outcome = push()
    assert outcome.status == 0
    assert "nothing to do" in outcome.stdout


def test_more_commits_on_the_branch_are_pushed_to_it(remote: Repo, model: Repo, push: Push) -> None:
    push()
    tip = model.commit({"hle.yaml": [entry(42.0)]}, on="evalhub/hle")
    assert push().status == 0
    assert refs(remote)["refs/heads/evalhub/hle"] == tip


def test_a_bare_mirror_pushes_as_well(remote: Repo, hub: HubDir, push: Push) -> None:
    made = remote.clone(hub.root / "models/org/model.git", "--mirror")
    tip = propose(made, 41.5)
    assert push().status == 0
    assert refs(remote)["refs/heads/evalhub/hle"] == tip


@pytest.mark.parametrize("options", [["--depth=1"], ["--filter=blob:none"]])
def test_shallow_and_partial_clones_push_and_compare(options: list[str], remote: Repo, hub: HubDir, push: Push) -> None:
    remote.git("config", "uploadpack.allowFilter", "true")
    for value in (31.0, 32.0, 33.0):
        remote.commit({"old.yaml": [entry(value, notes="old")]}, start=remote.tip())
    made = remote.clone(hub.root / "models/org/model", *options)
    propose(made, 41.5)
    remote.pull(1, {"theirs.yaml": [entry(40.0)]})
    outcome = push()
    assert (outcome.status, "40.0 on pull request 1" in outcome.stdout) == (1, True)
    assert push("--supersede").status == 0
    assert "warning" not in outcome.stderr


# --- where the pull request is opened -------------------------------------------------------------------------------


def test_the_page_that_the_server_names_is_shown(remote: Repo, model: Repo, push: Push) -> None:
    hook(
        remote,
        "post-receive",
        "echo 'Create a pull request:'; echo '  https://git.example.org/org/model/pulls/new/x  '",
    )
    assert "open the pull request: https://git.example.org/org/model/pulls/new/x\n" in push().stdout


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (
            "https://ada:secret@github.com/org/model.git",
            "https://github.com/org/model/compare/main...evalhub/hle?expand=1",
        ),
        ("git@github.com:org/model.git", "https://github.com/org/model/compare/main...evalhub/hle?expand=1"),
        (
            "ssh://git@gitlab.com/group/sub/model.git",
            "https://gitlab.com/group/sub/model/-/merge_requests/new?merge_request%5Bsource_branch%5D=evalhub/hle",
        ),
        ("git@bitbucket.org:org/model", "https://bitbucket.org/org/model/pull-requests/new?source=evalhub/hle"),
        ("https://codeberg.org/org/model", "https://codeberg.org/org/model/compare/main...evalhub/hle"),
        ("https://git.example.org/org/model", None),
        ("/srv/git/model.git", None),
    ],
)
def test_known_hosts_have_a_page_to_open_it(url: str, page: str | None) -> None:
    assert pull_request_url(Remote("origin", url, url), "main", "evalhub/hle", "") == page


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://huggingface.co/org/model", "org/model"),
        ("https://ada:hf_secret@hf.co/org/model.git", "org/model"),
        ("git@hf.co:org/model", "org/model"),
        ("ssh://git@hf.co/org/model", "org/model"),
        ("https://huggingface.co/gpt2", "gpt2"),
        ("https://huggingface.co.example.org/org/model", None),
        ("https://example.org/huggingface.co/org/model", None),
        ("http://localhost:8080/org/model", "org/model"),
        ("http://localhost:8081/org/model", None),
    ],
)
def test_hugging_face_is_known_by_its_host(url: str, id: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://localhost:8080")
    assert Remote("origin", url, url).hugging_face_id == id


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://corp.example.org/api/hub/org/model", "org/model"),
        ("https://corp.example.org/git/org/model", None),
        ("https://corp.example.org:8443/api/hub/org/model", None),
        ("git@corp.example.org:org/model", "org/model"),
        ("https://huggingface.co@evil.example/org/model", None),
        ("https://HuggingFace.CO/org/model", "org/model"),
    ],
)
def test_an_endpoint_may_be_a_folder_of_its_host(url: str, id: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://corp.example.org/api/hub/")
    assert Remote("origin", url, url).hugging_face_id == id


# --- which remote ---------------------------------------------------------------------------------------------------


def test_without_a_remote_it_says_how_to_add_one(model: Repo, push: Push) -> None:
    model.git("remote", "remove", "origin")
    outcome = push()
    assert outcome.status == 1
    assert f"git -C {model.path} remote add origin URL" in outcome.stderr


def test_the_only_remote_is_taken_whatever_its_name(remote: Repo, model: Repo, push: Push) -> None:
    model.git("remote", "rename", "origin", "upstream")
    assert push().status == 0
    assert "refs/heads/evalhub/hle" in refs(remote)


def test_one_of_several_remotes_must_be_named(remote: Repo, model: Repo, push: Push) -> None:
    model.git("remote", "rename", "origin", "upstream")
    model.git("remote", "add", "fork", "https://ada:secret@example.org/fork")
    outcome = push()
    assert outcome.status == 2
    assert "--remote NAME" in outcome.stderr
    assert push("--remote", "upstream").status == 0


def test_what_to_type_next_names_the_remote_again(remote: Repo, model: Repo, push: Push) -> None:
    model.git("remote", "rename", "origin", "upstream")
    propose(remote, 40.0, "refs/pr/7", "theirs.yaml")
    printed = push("--remote", "upstream").stderr
    assert "evalhub push org/model evalhub/hle --remote upstream --hub" in printed


def test_an_address_is_no_name_of_a_remote(remote: Repo, model: Repo, push: Push) -> None:
    assert push("--remote", f"file://{remote.path}").status == 2
    assert "refs/heads/evalhub/hle" not in refs(remote)


# --- what stands there ----------------------------------------------------------------------------------------------


def test_a_score_that_the_owner_has_published_meanwhile_is_not_pushed(remote: Repo, model: Repo, push: Push) -> None:
    remote.commit({"theirs.yaml": [entry(41.5)]}, start=remote.tip())
    before = refs(model)
    outcome = push()
    assert outcome.status == 0
    assert "cais/hle hle: 41.5 on main, in .eval_results/theirs.yaml" in outcome.stdout
    assert "refs/heads/evalhub/hle" not in refs(remote)
    assert refs(model) == before


def test_a_different_score_on_the_default_branch_is_a_conflict(remote: Repo, model: Repo, push: Push) -> None:
    remote.commit({"theirs.yaml": [entry(40.0)]}, start=remote.tip())
    outcome = push()
    assert outcome.status == 1
    assert "40.0 on main" in outcome.stdout
    assert "refs/heads/evalhub/hle" not in refs(remote)


@pytest.mark.parametrize(
    "ref", ["refs/pr/7", "refs/pull/7/head", "refs/merge-requests/7/head", "refs/heads/evalhub/theirs"]
)
def test_a_different_score_that_somebody_else_proposes_is_a_conflict(
    ref: str, remote: Repo, model: Repo, push: Push
) -> None:
    propose(remote, 40.0, ref, "theirs.yaml")
    outcome = push()
    assert outcome.status == 1
    assert "40.0 on " in outcome.stdout
    assert "refs/heads/evalhub/hle" not in refs(remote)


def test_the_same_score_that_somebody_else_proposes_is_left_to_them(remote: Repo, model: Repo, push: Push) -> None:
    propose(remote, 41.5, "refs/pr/7", "theirs.yaml")
    outcome = push()
    assert outcome.status == 0
    assert "41.5 on pull request 7" in outcome.stdout
    assert "refs/heads/evalhub/hle" not in refs(remote)


def test_superseding_pushes_beside_a_different_score(remote: Repo, model: Repo, push: Push) -> None:
    propose(remote, 40.0, "refs/pr/7", "theirs.yaml")
    assert push("--supersede").status == 0
    assert "refs/heads/evalhub/hle" in refs(remote)


def test_a_value_that_the_branch_knowingly_corrects_is_no_conflict(remote: Repo, model: Repo, push: Push) -> None:
    propose(model, 31.0, "old", "old.yaml", notes="old")
    assert push("old").status == 0


def test_another_correction_of_the_same_value_is_a_conflict(remote: Repo, model: Repo, push: Push) -> None:
    propose(model, 31.0, "old", "old.yaml", notes="old")
    remote.commit({"old.yaml": [entry(32.0, notes="old")]}, start=remote.tip())
    outcome = push("old")
    assert outcome.status == 1
    assert "32.0 on main" in outcome.stdout


def test_a_source_for_a_score_that_stands_is_worth_pushing(remote: Repo, model: Repo, push: Push) -> None:
    propose(model, 30.0, "source", "old.yaml", notes="old", source={"url": "https://example.org"})
    assert push("source").status == 0
    assert "refs/heads/evalhub/source" in refs(remote)


def test_other_notes_are_another_score(remote: Repo, model: Repo, push: Push) -> None:
    propose(remote, 40.0, "refs/pr/7", "theirs.yaml", notes="With tools")
    assert push().status == 0


def test_ones_own_earlier_push_is_no_conflict(remote: Repo, model: Repo, push: Push) -> None:
    push()
    remote.git("update-ref", "refs/pull/3/head", "refs/heads/evalhub/hle")
    model.commit({"hle.yaml": [entry(42.0)]}, on="evalhub/hle")
    assert push().status == 0


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_a_merged_branch_has_nothing_to_push(how: str, remote: Repo, model: Repo, push: Push) -> None:
    push()
    if how == "merge":
        remote.merge("refs/heads/evalhub/hle")
    else:
        remote.commit({"hle.yaml": [entry(41.5)]}, start=remote.tip(), author="Grace")
    remote.git("update-ref", "-d", "refs/heads/evalhub/hle")
    outcome = push()
    assert outcome.status == 0
    assert "nothing to do" in outcome.stdout
    assert "refs/heads/evalhub/hle" not in refs(remote)


def test_hundreds_of_pull_requests_are_compared(remote: Repo, model: Repo, push: Push) -> None:
    for number in range(1, 301):
        remote.git("update-ref", f"refs/pr/{number}", "refs/heads/main")
    propose(remote, 40.0, "refs/pr/301", "theirs.yaml")
    assert "pull request 301" in push().stdout


def test_of_too_many_pull_requests_the_oldest_are_passed_over_and_no_branch(
    remote: Repo, model: Repo, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evalhub import upstream

    monkeypatch.setattr(upstream, "_MOST_FETCHED", 2)
    for number in range(1, 9):
        remote.pull(number, {"more.yaml": [entry(float(number), notes="more")]})
    propose(remote, 40.0, "theirs", "theirs.yaml")
    outcome = push()
    assert "40.0 on evalhub/theirs" in outcome.stdout
    assert "older pull requests there were not looked at" in outcome.stderr


def test_a_file_that_moved_on_there_is_told(remote: Repo, model: Repo, push: Push) -> None:
    propose(model, 31.0, "old", "old.yaml", notes="old")
    remote.commit({"old.yaml": [entry(30.0, notes="old"), entry(50.0, notes="more")]}, start=remote.tip())
    outcome = push("old")
    assert outcome.status == 0
    assert ".eval_results/old.yaml has changed on main" in outcome.stderr


def test_a_pull_request_that_cannot_be_read_is_told_and_hides_no_other(remote: Repo, model: Repo, push: Push) -> None:
    remote.pull(1, {"theirs.yaml": "- [broken\n"})
    propose(remote, 40.0, "refs/pr/2", "theirs.yaml")
    assert "40.0 on pull request 2" in push().stdout


def test_a_pull_request_that_is_no_commit_is_told(remote: Repo, model: Repo, push: Push) -> None:
    blob = remote.git("hash-object", "-w", "--stdin", stdin=b"no commit")
    remote.git("update-ref", "refs/pr/1", blob)
    outcome = push()
    assert outcome.status == 0
    assert "refs/pr/1 there can't be compared" in outcome.stderr


def test_a_branch_of_which_one_score_stands_already_is_pushed_and_that_is_told(
    remote: Repo, model: Repo, push: Push
) -> None:
    model.commit({"more.yaml": [entry(1.5, notes="more")]}, on="evalhub/hle")
    remote.pull(1, {"theirs.yaml": [entry(41.5)]}, start=remote.tip())
    outcome = push()
    assert outcome.status == 0
    assert "1 of the branch's 2 scores stand there already" in outcome.stderr
    assert "refs/heads/evalhub/hle" in refs(remote)


# --- what keeps it from being pushed --------------------------------------------------------------------------------


def test_commits_of_the_owner_that_the_remote_lacks_come_first(remote: Repo, model: Repo, push: Push) -> None:
    model.git("commit", "-q", "--allow-empty", "-m", "work")
    model.commit({"hle.yaml": [entry(43.0)]}, on="evalhub/work", start=model.git("rev-parse", "main"))
    outcome = push("work")
    assert outcome.status == 1
    assert f"git -C {model.path} push origin main" in outcome.stderr
    assert set(refs(remote)) == {"refs/heads/main"}


def test_an_empty_remote_says_what_to_push_first(remote: Repo, model: Repo, push: Push) -> None:
    remote.git("update-ref", "-d", "refs/heads/main")
    outcome = push()
    assert outcome.status == 1
    assert f"git -C {model.path} push origin main" in outcome.stderr


def test_a_remote_of_another_model_is_refused(model: Repo, tmp_path: Path, push: Push) -> None:
    other = Repo.create(tmp_path / "other", {"./README.md": "# Another\n"}, bare=True)
    model.git("remote", "set-url", "origin", f"file://{other.path}")
    outcome = push()
    assert outcome.status == 1
    assert "shares no commit" in outcome.stderr


def test_somebody_elses_branch_of_that_name_is_not_overwritten(remote: Repo, model: Repo, push: Push) -> None:
    theirs = propose(remote, 41.5, "hle", "theirs.yaml", notes="theirs")
    outcome = push()
    assert outcome.status == 1
    assert "another branch evalhub/hle" in outcome.stderr
    assert refs(remote)["refs/heads/evalhub/hle"] == theirs


def test_the_words_of_a_hook_that_rejects_are_shown_clean(remote: Repo, model: Repo, push: Push) -> None:
    hook(remote, "pre-receive", "printf 'EH042: bad\\033[31m score\\nsee /docs\\n'; exit 1")
    before = refs(model)
    outcome = push()
    assert outcome.status == 1
    assert "pre-receive hook declined" in outcome.stderr
    assert "EH042: bad\\x1b[31m score; see /docs" in outcome.stderr
    assert refs(model) == before


def test_a_hook_of_the_clone_may_say_no(remote: Repo, model: Repo, push: Push) -> None:
    hook(model, "pre-push", "echo 'not on a Friday' >&2; exit 1")
    outcome = push()
    assert outcome.status == 1
    assert "not on a Friday" in outcome.stderr
    assert "refs/heads/evalhub/hle" not in refs(remote)


def test_a_remote_that_is_gone_leaves_the_branch_and_says_how_to_go_on(remote: Repo, model: Repo, push: Push) -> None:
    remote.path.rename(remote.path.with_suffix(".gone"))
    before = refs(model)
    outcome = push()
    assert outcome.status == 1
    assert "the branch is still there; go on with: evalhub push org/model evalhub/hle --hub" in outcome.stderr
    assert refs(model) == before


def test_a_score_that_arrives_between_asking_and_fetching_is_seen(
    remote: Repo, model: Repo, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evalhub import upstream

    fetch = upstream.fetch

    def raced(*arguments: object) -> object:
        if "refs/pr/2" not in refs(remote):
            remote.git("update-ref", "-d", "refs/pr/1")
            propose(remote, 39.0, "refs/pr/2", "theirs.yaml")
        return fetch(*arguments)  # type: ignore[arg-type]

    propose(remote, 40.0, "refs/pr/1", "theirs.yaml")
    monkeypatch.setattr(upstream, "fetch", raced)
    outcome = push()
    assert "39.0 on pull request 2" in outcome.stdout


def test_only_what_was_compared_is_pushed(
    remote: Repo, model: Repo, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evalhub import git_push

    original, compared = git_push.push_branch, model.git("rev-parse", "evalhub/hle")

    def late(*arguments: object) -> str:
        model.commit({"late.yaml": [entry(1.0, notes="late")]}, on="evalhub/hle")
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(git_push, "push_branch", late)
    assert push().status == 0
    assert refs(remote)["refs/heads/evalhub/hle"] == compared


def test_every_address_of_a_remote_keeps_its_password(remote: Repo, model: Repo, push: Push, tmp_path: Path) -> None:
    hook(remote, "pre-receive", "echo 'no way, an0therS3cret'; exit 1")
    model.git("remote", "set-url", "--push", "origin", f"file://{remote.path}")
    model.git("remote", "set-url", "--push", "--add", "origin", "https://ada:an0therS3cret@127.0.0.1:1/org/model")
    outcome = push()
    assert outcome.status != 0
    assert "an0therS3cret" not in outcome.stdout + outcome.stderr


def test_several_addresses_of_a_remote_are_told(remote: Repo, model: Repo, push: Push, tmp_path: Path) -> None:
    fork = remote.clone(tmp_path / "fork", "--bare")
    for number, repo in enumerate((remote, fork)):
        model.git("remote", "set-url", "--push", *["--add"][:number], "origin", f"file://{repo.path}")
    outcome = push("--dry-run")
    assert f"would push evalhub/hle to origin (file://{remote.path}, file://{fork.path})" in outcome.stdout


def test_an_address_that_rejected_it_gets_it_by_the_next_push(
    remote: Repo, model: Repo, push: Push, tmp_path: Path
) -> None:
    fork = remote.clone(tmp_path / "fork", "--bare")
    for number, repo in enumerate((remote, fork)):
        model.git("remote", "set-url", "--push", *["--add"][:number], "origin", f"file://{repo.path}")
    hook(fork, "pre-receive", "exit 1")
    assert push().status == 1
    hook(fork, "pre-receive", "exit 0")
    assert push().status == 0
    assert refs(fork)["refs/heads/evalhub/hle"] == model.git("rev-parse", "evalhub/hle")


def test_an_unsafe_repository_runs_no_git(hub: HubDir, remote: Repo, push: Push) -> None:
    outer = hub.model("org/outer")
    inner = remote.clone(outer.path / "models/org/model", "--bare")
    propose(inner, 41.5)
    outer.git("add", "-A")
    outcome = push("--hub", outer.path)
    assert outcome.status == 1
    assert "a bare repository that another repository has in its files" in outcome.stderr
    assert "refs/heads/evalhub/hle" not in refs(remote)
