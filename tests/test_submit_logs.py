"""`evalhub submit --from`: what evaluation tools wrote becomes a pull-request branch; and fifty models at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Cli, Outcome
from gitrepos import IDENTITY, HubDir, Repo, entry, spec

LOGS = Path(__file__).parent / "data" / "logs"
BANKING = LOGS / "mteb/results/evalhub-tests__small-embedder/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
SUMS = spec("Sums", ["small"]).replace("- id: small", "- id: small\n  config: small\n- id: large\n  config: large")
Submit = Callable[..., Outcome]


@pytest.fixture
def submit(hub: HubDir, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Submit:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: cli("submit", *arguments, "--hub", hub.root)


def proposed(repo: Repo) -> list[dict[str, Any]]:
    """All entries of the one branch that a model has."""
    (branch,) = branches(repo)
    names = repo.git("ls-tree", "--name-only", branch, ".eval_results/").splitlines()
    return [each for name in names for each in yaml.safe_load(repo.git("show", f"{branch}:{name}"))]


def branches(repo: Repo) -> list[str]:
    return repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/evalhub/").split()


def test_a_log_of_inspect(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    outcome = submit("org/model", "--from", LOGS / "inspect/ordinary.eval", "--benchmark", "hle")
    assert outcome.status == 0
    assert proposed(model) == [entry(0.75, date="2026-11-24T15:41:55Z")]
    assert "the log is of mockllm/model, and you submit it for org/model" in outcome.stderr
    assert "standard error, 0.25, stays in the log" in outcome.stderr


def test_a_task_of_the_hub_that_inspect_ran_is_known_by_its_dataset(hub: HubDir, submit: Submit) -> None:
    hub.dataset("example/sums", name="Sums", tasks=("easy",))
    model = hub.model()
    assert submit("model", "--from", LOGS / "inspect/hub_task.eval").status == 0
    assert proposed(model)[0]["dataset"] == {"id": "example/sums", "task_id": "easy"}


def test_a_failed_run_is_nothing_to_submit(hub: HubDir, submit: Submit) -> None:
    model = hub.model()
    assert submit("model", "--from", LOGS / "inspect/broken.eval", "--benchmark", "hle").status == 1
    assert branches(model) == []


def test_results_of_lm_eval_of_several_tasks_are_one_branch(hub: HubDir, submit: Submit) -> None:
    hub.dataset("evalhub-tests/sums", text=SUMS)
    model = hub.model("evalhub-tests/dummy")
    outcome = submit(
        "--from", LOGS / "lm_eval/whole.json", "--metric", "acc", "--source-url", "https://example.org/log"
    )
    assert outcome.status == 0
    found = {each["dataset"]["task_id"]: (each["value"], each["notes"], each["source"]) for each in proposed(model)}
    source = {"url": "https://example.org/log"}
    assert found == {"small": (0.75, "2-shot", source), "large": (0.5, "2-shot", source)}


def test_several_metrics_are_asked_for(hub: HubDir, submit: Submit) -> None:
    hub.dataset("evalhub-tests/sums", text=SUMS)
    model = hub.model("evalhub-tests/dummy")
    outcome = submit("--from", LOGS / "lm_eval/whole.json")
    assert (outcome.status, branches(model)) == (2, [])
    assert "choose one with --metric: acc,none (0.75); acc_norm,none (0.75)" in outcome.stderr


def test_results_of_lighteval(hub: HubDir, submit: Submit) -> None:
    hub.dataset("evalhub-tests/sums", text=SUMS)
    model = hub.model("evalhub-tests/dummy")
    (log,) = (LOGS / "lighteval/limited").glob("*.json")
    assert submit("--from", log, "--metric", "acc").status == 0
    assert [(each["value"], each["notes"]) for each in proposed(model)] == [(0.0, "limit 2")]


def test_a_result_of_mteb(hub: HubDir, submit: Submit) -> None:
    hub.dataset("mteb/banking77", name="Banking77", tasks=("Banking77Classification",), framework="mteb")
    hub.registry({"dataset": "mteb/banking77", "scale": "percent"})
    model = hub.model("evalhub-tests/small-embedder")
    outcome = submit("--from", BANKING / "Banking77Classification.json")
    assert outcome.status == 0
    wanted = entry(81.2346, "mteb/banking77", "Banking77Classification", date="2026-08-01T12:30:00Z")
    wanted["dataset"]["revision"] = "0fd18e25b25c072e09e0d92ab615fda904d66300"
    assert proposed(model) == [wanted]
    assert "main_score is 0.812346, told as 81.2346: the registry says percent" in outcome.stderr


def test_an_every_eval_ever_record(hub: HubDir, submit: Submit) -> None:
    model = hub.model("example/example-7b")
    assert submit("--from", LOGS / "every_eval_ever/copied.json", "--benchmark", "hle", "--task", "HLE").status == 0
    (found,) = proposed(model)
    assert (found["value"], found["notes"]) == (21.5, "reasoning; with tools")
    assert found["source"] == {"url": "https://example.org/hle", "name": "Example Board"}


def test_a_model_index(hub: HubDir, submit: Submit) -> None:
    hub.dataset(
        "TIGER-Lab/MMLU-Pro",
        text=spec("MMLU-Pro", ["mmlu_pro"]).replace("- id: mmlu_pro", "- id: mmlu_pro\n  config: main"),
    )
    model = hub.model("example/example-7b")
    outcome = submit("--from", LOGS / "model_index/usual/README.md")
    assert outcome.status == 0
    assert [(each["dataset"]["id"], each["value"]) for each in proposed(model)] == [("TIGER-Lab/MMLU-Pro", 47.84)]
    assert "left out: automatic-speech-recognition/Common Voice" in outcome.stderr


def test_the_registry_says_what_an_unknown_task_is(hub: HubDir, submit: Submit) -> None:
    (hub.root / "evalhub.yaml").write_text("tools:\n  inspect-ai:\n    sums: {dataset: cais/hle}\n")
    model = hub.model()
    assert submit("model", "--from", LOGS / "inspect/ordinary.eval").status == 0
    assert proposed(model)[0]["value"] == 0.75


def test_an_unknown_task_is_reported_with_what_to_type(hub: HubDir, submit: Submit) -> None:
    hub.model()
    outcome = submit("model", "--from", LOGS / "inspect/ordinary.eval")
    assert outcome.status == 1
    assert "left out: sums: belongs to no benchmark" in outcome.stderr
    assert "--benchmark NAME" in outcome.stderr


@pytest.mark.parametrize("name", ["missing.json", "text.txt", "empty.json", "broken.eval", "list.json", "folder"])
def test_what_is_no_log_is_refused_in_words(hub: HubDir, submit: Submit, tmp_path: Path, name: str) -> None:
    hub.model()
    (tmp_path / "text.txt").write_text("text")
    (tmp_path / "empty.json").write_text("")
    (tmp_path / "broken.eval").write_text("PK")
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "folder").mkdir()
    assert submit("model", "--from", tmp_path / name).status == 1


# --- fifty models ---------------------------------------------------------------------------------------------------


@pytest.fixture
def fifty(hub: HubDir, tmp_path: Path) -> list[Repo]:
    """Fifty models in the hub, and MTEB's results of two tasks for each in `tmp_path/results`."""
    tasks = ("Banking77Classification", "STS22.v2")
    for task in tasks:
        hub.dataset(f"mteb/{task.lower()}", name=task, tasks=(task,), framework="mteb")
    result, meta = (
        json.loads((BANKING / name).read_text()) for name in ("Banking77Classification.json", "model_meta.json")
    )
    for number in range(50):
        folder = tmp_path / f"results/org__m{number:02}/main"
        folder.mkdir(parents=True)
        (folder / "model_meta.json").write_text(json.dumps({**meta, "name": f"org/m{number:02}"}))
        for task in tasks:
            scores = {"test": [{**result["scores"]["test"][0], "main_score": number / 100}]}
            (folder / f"{task}.json").write_text(json.dumps({**result, "task_name": task, "scores": scores}))
    return [hub.model(f"org/m{number:02}", bare=True) for number in range(50)]


def test_fifty_models_arrive_as_fifty_branches(fifty: list[Repo], submit: Submit, tmp_path: Path) -> None:
    outcome = submit("--batch", tmp_path / "results")
    assert (outcome.status, "committed 100 scores on 50 branches" in outcome.stdout) == (0, True)
    assert all(branches(model) == ["evalhub/results"] for model in fifty)
    assert [[each["value"] for each in proposed(model)] for model in fifty] == [[n / 100] * 2 for n in range(50)]


def test_fifty_models_arrive_also_after_an_interrupt(
    hub: HubDir, fifty: list[Repo], submit: Submit, tmp_path: Path
) -> None:
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from evalhub.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "submit", "--batch", str(tmp_path / "results"), "--hub", str(hub.root)]
    with subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not branches(fifty[5]) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, b"scores left: the same command goes on" in told) == (130, True)
    assert 5 <= sum(map(len, map(branches, fifty))) < 50
    assert submit("--batch", tmp_path / "results").status == 0
    assert all(branches(model) == ["evalhub/results"] for model in fifty)
    assert [[each["value"] for each in proposed(model)] for model in fifty] == [[n / 100] * 2 for n in range(50)]
