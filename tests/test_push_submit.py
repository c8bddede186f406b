"""`evalhub submit --push`: one score or a list of them, committed and pushed; what fails is pushed by the next try."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Cli, Outcome
from gitrepos import IDENTITY, HubDir, Repo, entry
from gitservers import bare_remote, hook, running
from hfserver import TOKEN, HubServer
from terminals import EVALHUB
from test_submit import refs, state

from evalhub import batch_push
from evalhub.snapshot import RepoSnapshot

Run = Callable[..., Outcome]
HLE = ("org/model", "--benchmark", "hle", "--value", "41.5")
REJECTS = "echo 'not today'; exit 1"


@pytest.fixture
def submit(hub: HubDir, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `evalhub submit … --push` in `hub` as Ada."""
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: cli("submit", *arguments, "--push", "--hub", hub.root)


class Models:
    """Clones of bare repositories, both made when they are first asked for."""

    def __init__(self, hub: HubDir, folder: Path) -> None:
        self.hub, self.folder = hub, folder

    def add(self, id: str = "org/model") -> tuple[Repo, Repo]:
        """Return a model's remote and its clone in the hub."""
        seed = Repo.create(self.folder / "seeds" / id, {"./README.md": f"# {id}\n"})
        remote = bare_remote(self.folder / "remotes", seed, f"{id}.git")
        return remote, remote.clone(self.hub.root / "models" / id)


@pytest.fixture
def models(hub: HubDir, tmp_path: Path) -> Models:
    return Models(hub, tmp_path)


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """A list with a score for each of three models."""
    path = tmp_path / "scores.csv"
    path.write_text("model,benchmark,value\norg/one,hle,1\norg/two,hle,2\norg/three,hle,3\n")
    return path


def results(scores: Path) -> dict[str, dict[str, Any]]:
    """What the result file says of each model's score."""
    lines = scores.with_suffix(".results.jsonl").read_text().splitlines()
    return {each["model_id"]: each for each in map(json.loads, lines)}


def statuses(scores: Path) -> dict[str, str]:
    return {model: each["status"] for model, each in results(scores).items()}


def proposals(remote: Repo) -> set[str]:
    return {ref for ref in refs(remote) if "evalhub" in ref or ref.startswith("refs/pr/")}


# --- one score ------------------------------------------------------------------------------------------------------


def test_a_score_is_committed_and_pushed(models: Models, submit: Run) -> None:
    remote, model = models.add()
    assert submit(*HLE).status == 0
    assert refs(remote)["refs/heads/evalhub/hle"] == model.git("rev-parse", "evalhub/hle")


def test_nothing_else_changes(models: Models, submit: Run) -> None:
    remote, model = models.add()
    (model.path / "README.md").write_text("half a sentence")
    before, refs_before, there = state(model), refs(model), refs(remote)
    submit(*HLE)
    tip = model.git("rev-parse", "evalhub/hle")
    assert state(model) == before
    assert refs(model) == {
        **refs_before,
        "refs/heads/evalhub/hle": tip,
        "refs/remotes/origin/evalhub/hle": tip,
    }
    assert refs(remote) == {**there, "refs/heads/evalhub/hle": tip}


def test_a_dry_run_neither_commits_nor_pushes(models: Models, submit: Run) -> None:
    remote, model = models.add()
    before = refs(remote), refs(model)
    assert submit(*HLE, "--dry-run").status == 0
    assert (refs(remote), refs(model)) == before


def test_a_rejected_score_is_pushed_by_the_same_command_again(models: Models, submit: Run) -> None:
    remote, model = models.add()
    hook(remote, "pre-receive", REJECTS)
    outcome = submit(*HLE)
    assert outcome.status == 1
    assert "not today" in outcome.stderr
    assert "go on with: evalhub push org/model evalhub/hle" in outcome.stderr
    tip = model.git("rev-parse", "evalhub/hle")
    hook(remote, "pre-receive", "exit 0")
    assert submit(*HLE).status == 0
    assert refs(remote)["refs/heads/evalhub/hle"] == tip


def test_a_score_that_conflicts_in_the_clone_is_not_pushed(models: Models, submit: Run) -> None:
    remote, model = models.add()
    model.commit({"theirs.yaml": [entry(40.0)]}, start=remote.tip())
    assert submit(*HLE).status == 1
    assert proposals(remote) == set()


def test_a_different_score_on_the_remote_keeps_the_branch_here(models: Models, submit: Run) -> None:
    remote, model = models.add()
    remote.commit({"theirs.yaml": [entry(40.0)]}, start=remote.tip())
    outcome = submit(*HLE)
    assert outcome.status == 1
    assert "40.0 on main" in outcome.stdout
    assert (proposals(remote), proposals(model)) == (set(), {"refs/heads/evalhub/hle"})


def test_superseding_is_for_the_push_as_well(models: Models, submit: Run) -> None:
    remote, _ = models.add()
    remote.commit({"theirs.yaml": [entry(40.0)]}, start=remote.tip())
    assert submit(*HLE, "--supersede").status == 0
    assert proposals(remote) == {"refs/heads/evalhub/hle"}


def test_an_update_is_pushed_to_the_branch_that_it_updates(models: Models, submit: Run) -> None:
    remote, model = models.add()
    submit(*HLE)
    assert submit("org/model", "--benchmark", "hle", "--value", "42", "--update").status == 0
    assert refs(remote)["refs/heads/evalhub/hle"] == model.git("rev-parse", "evalhub/hle")
    assert proposals(remote) == {"refs/heads/evalhub/hle"}


def test_another_remote_can_be_named(models: Models, submit: Run, tmp_path: Path) -> None:
    remote, model = models.add()
    fork = remote.clone(tmp_path / "fork", "--bare")
    model.git("remote", "add", "fork", f"file://{fork.path}")
    assert submit(*HLE, "--remote", "fork").status == 0
    assert (proposals(remote), proposals(fork)) == (set(), {"refs/heads/evalhub/hle"})


# --- a list of scores -----------------------------------------------------------------------------------------------


def test_each_model_of_a_list_gets_its_branch_pushed(models: Models, scores: Path, submit: Run) -> None:
    remotes = [models.add(f"org/{name}")[0] for name in ("one", "two", "three")]
    assert submit("--batch", scores).status == 0
    assert [proposals(remote) for remote in remotes] == [{"refs/heads/evalhub/scores"}] * 3
    assert set(statuses(scores).values()) == {"pushed"}


def test_one_that_is_rejected_keeps_no_other_back(models: Models, scores: Path, submit: Run) -> None:
    (one, _), (two, clone), (three, _) = [models.add(f"org/{name}") for name in ("one", "two", "three")]
    hook(two, "pre-receive", REJECTS)
    outcome = submit("--batch", scores)
    assert outcome.status == 1
    assert ", line 3 (org/two): origin rejected evalhub/scores" in outcome.stderr
    assert statuses(scores) == {"org/one": "pushed", "org/two": "not_pushed", "org/three": "pushed"}
    assert "not today" in results(scores)["org/two"]["reason"]
    assert [proposals(each) for each in (one, two, clone, three)] == [
        {"refs/heads/evalhub/scores"},
        set(),
        {"refs/heads/evalhub/scores"},
        {"refs/heads/evalhub/scores"},
    ]


def test_a_branch_that_contradicts_the_list_is_not_pushed(models: Models, scores: Path, submit: Run) -> None:
    remote, clone = models.add("org/one")
    scores.write_text("model,benchmark,value,notes\norg/one,hle,1,\norg/one,hle,2,other\n")
    hook(remote, "pre-receive", REJECTS)
    submit("--batch", scores)
    hook(remote, "pre-receive", "exit 0")
    scores.write_text("model,benchmark,value,notes\norg/one,hle,3,\norg/one,hle,2,other\n")
    assert submit("--batch", scores).status == 1
    assert proposals(remote) == set()
    assert submit("--batch", scores, "--update").status == 0
    assert (proposals(remote), clone.git("rev-list", "--count", "main..evalhub/scores")) == (
        {"refs/heads/evalhub/scores"},
        "2",
    )


def test_the_same_list_again_pushes_what_is_left(models: Models, scores: Path, submit: Run) -> None:
    remotes = [models.add(f"org/{name}")[0] for name in ("one", "two", "three")]
    hook(remotes[1], "pre-receive", REJECTS)
    submit("--batch", scores)
    for remote in (remotes[0], remotes[2]):
        hook(remote, "pre-receive", "exit 1")  # what is there is not pushed again
    hook(remotes[1], "pre-receive", "exit 0")
    before = [refs(remote) for remote in remotes]
    assert submit("--batch", scores).status == 0
    assert sorted(statuses(scores).values()) == ["pushed", "same", "same"]
    assert proposals(remotes[1]) == {"refs/heads/evalhub/scores"}
    assert [before[0], before[2]] == [refs(remotes[0]), refs(remotes[2])]


def test_an_interrupt_says_what_is_not_pushed_and_the_same_list_pushes_it(
    models: Models, scores: Path, submit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    remotes = [models.add(f"org/{name}")[0] for name in ("one", "two", "three")]
    original = batch_push.push_branch

    def interrupted(snapshot: RepoSnapshot, *arguments: Any) -> Any:
        if snapshot.id == "org/two":
            raise KeyboardInterrupt
        return original(snapshot, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(batch_push, "push_branch", interrupted)
        outcome = submit("--batch", scores)
    assert outcome.status == 130
    assert "2 scores not pushed yet: the same command goes on" in outcome.stderr
    assert statuses(scores) == {"org/one": "pushed", "org/two": "committed", "org/three": "committed"}
    assert submit("--batch", scores).status == 0
    assert [proposals(remote) for remote in remotes] == [{"refs/heads/evalhub/scores"}] * 3


def test_a_model_without_a_remote_is_told(hub: HubDir, models: Models, scores: Path, submit: Run) -> None:
    models.add("org/one")
    hub.model("org/two")
    models.add("org/three")
    assert submit("--batch", scores).status == 1
    assert statuses(scores) == {"org/one": "pushed", "org/two": "not_pushed", "org/three": "pushed"}
    assert "no remote" in results(scores)["org/two"]["reason"]


def test_a_list_is_pushed_beside_no_different_score(models: Models, scores: Path, submit: Run) -> None:
    (one, _), *_ = [models.add(f"org/{name}") for name in ("one", "two", "three")]
    one.commit({"theirs.yaml": [entry(1.5)]}, start=one.tip())
    assert submit("--batch", scores).status == 1
    assert statuses(scores)["org/one"] == "not_pushed"
    assert "different score" in results(scores)["org/one"]["reason"]
    assert proposals(one) == set()


def test_a_dry_run_of_a_list_changes_nothing(models: Models, scores: Path, submit: Run) -> None:
    pairs = [models.add(f"org/{name}") for name in ("one", "two", "three")]
    before = [refs(repo) for pair in pairs for repo in pair]
    assert submit("--batch", scores, "--dry-run").status == 0
    assert [refs(repo) for pair in pairs for repo in pair] == before


# --- Hugging Face ---------------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[HubServer]:
    pytest.importorskip("huggingface_hub", reason="the extra hf is not installed")
    with running(HubServer(tmp_path / "remotes")) as made:
        assert isinstance(made, HubServer)
        yield made


def on_hub(server: HubServer, models: Models, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `evalhub submit … --push` in a process of its own: the client reads its settings when it is imported."""
    environment = {"HF_ENDPOINT": f"http://{server.address}", "HF_HOME": str(models.folder / "hf"), "HF_TOKEN": TOKEN}
    done = subprocess.run(
        [*EVALHUB, "submit", *map(str, arguments), "--push", "--hub", str(models.hub.root)],
        capture_output=True,
        text=True,
        env={**os.environ, **IDENTITY, **environment},
        stdin=subprocess.DEVNULL,
    )
    for text in (done.stdout, done.stderr):
        assert "Traceback" not in text
        assert TOKEN not in text
    return done


def moved(server: HubServer, models: Models, id: str = "org/model") -> tuple[Repo, Repo]:
    """Return a model's repository on the Hub and its clone."""
    remote, model = models.add(id)
    model.git("remote", "set-url", "origin", server.url(id))
    return remote, model


def test_a_score_becomes_a_pull_request_of_the_hub(server: HubServer, models: Models) -> None:
    _, model = moved(server, models)
    done = on_hub(server, models, *HLE)
    assert done.returncode == 0, done.stderr
    assert "pull request 1 is open" in done.stdout
    assert proposals(model) == {"refs/pr/1"}


def test_the_same_score_again_opens_no_other_pull_request(server: HubServer, models: Models) -> None:
    moved(server, models)
    on_hub(server, models, *HLE)
    assert on_hub(server, models, *HLE).returncode == 0
    assert len(server.sent) == 1


def test_a_list_opens_each_pull_request_once(server: HubServer, models: Models, scores: Path) -> None:
    pairs = [moved(server, models, f"org/{name}") for name in ("one", "two", "three")]
    server.break_at["commit"] = 500
    assert on_hub(server, models, "--batch", scores).returncode == 1
    assert set(statuses(scores).values()) == {"not_pushed"}
    server.break_at.clear()
    assert on_hub(server, models, "--batch", scores).returncode == 0
    assert statuses(scores) == {"org/one": "pushed", "org/two": "pushed", "org/three": "pushed"}
    assert results(scores)["org/one"]["url"].endswith("/org/one/discussions/1")
    assert on_hub(server, models, "--batch", scores).returncode == 0
    assert sorted(each.repo for each in server.sent) == ["org/one", "org/three", "org/two"]
    assert [proposals(model) for _, model in pairs] == [{"refs/pr/1"}] * 3
