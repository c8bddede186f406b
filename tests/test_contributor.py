"""As a contributor does it: run Inspect, submit its log and push it; somebody else fetches it and sees it ranked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from gitrepos import IDENTITY, HubDir, Repo
from gitservers import bare_remote
from terminals import EVALHUB

pytest.importorskip("inspect_ai", reason="the extra inspect is not installed")

# Usage is told, because counting tokens needs the network.
EVALUATION = """\
from inspect_ai import Task, eval, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import match
from inspect_ai.solver import generate

@task
def hle():
    samples = [Sample(input=f"{n} + {n} = ?", target=str(2 * n)) for n in range(1, 5)]
    return Task(dataset=MemoryDataset(samples), solver=generate(), scorer=match())

outputs = [ModelOutput.from_content("mockllm/model", text) for text in ("2", "4", "6", "no idea")]
for output in outputs:
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
eval(hle(), model=get_model("mockllm/model", custom_outputs=outputs), display="none", log_dir="logs", max_samples=1)
"""


def run(*command: str, cwd: Path) -> str:
    """Run a command as somebody types it in `cwd`, and return what it prints."""
    environment = {**os.environ, **IDENTITY, "XDG_DATA_HOME": str(cwd / "data"), "XDG_CACHE_HOME": str(cwd / "cache")}
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_score_from_a_run_of_inspect_arrives_on_somebody_elses_leaderboard(tmp_path: Path) -> None:
    ada, grace = HubDir(tmp_path / "ada"), HubDir(tmp_path / "grace")
    seed = Repo.create(tmp_path / "seed", {"./README.md": "# A model\n"})
    remote = bare_remote(tmp_path / "remotes", seed)
    for hub in (ada, grace):
        hub.dataset()
        remote.clone(hub.root / "models/org/model")

    run(sys.executable, "-c", EVALUATION, cwd=tmp_path)
    (log,) = (tmp_path / "logs").iterdir()
    options = ("--from", str(log), "--benchmark", "hle", "--push")
    printed = run(*EVALHUB, "submit", "org/model", *options, cwd=ada.root)
    assert "pushed evalhub/hle to origin" in printed

    fetched = Repo(grace.root / "models/org/model")
    fetched.git("fetch", "-q", "origin", "evalhub/hle:refs/heads/evalhub/hle")
    lines = run(*EVALHUB, "leaderboard", "hle", cwd=grace.root).splitlines()
    assert any({"org/model", "0.75", "community"} <= set(line.split()) for line in lines), lines
