"""What a benchmark maintainer does with a pull request's clone: see all that is wrong, mend it, hand it to CI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Cli
from gitrepos import HubDir, entry
from test_render_machine import SARIF

from evalhub import validate

MISTAKES = {
    "hle.yaml": "- dataset: {id: cais/hle, task_id: hle}\n  value: 41.2\n  date: 2026-01-31  # of the card\n",
    "hle_a.yaml": "- dataset: {id: cais/hle, task_id: hle}\n  value: 4\n  sorce: {url: https://e.org}\n  notes: a\n",
    "hle_b.yaml": "- dataset:\n    id: cais/hle\n    task_id: hel\n  value: 41.2\n",
    "hle_c.yaml": "- dataset:\n    id: cais/hle\n    task_id: hle\n  value: 84.6%\n  notes: c\n",
    "hle_d.yml": "- dataset:\n    id: cais/hle\n    task_id: hle\n  value: 41.2\n  notes: d\n",
    "hle_e.yaml": "- dataset: {id: cais/hle, task_id: hle}\n  value: 41.2\n  notes: e\n" * 2,
    "hle_f.yaml": (
        "- dataset:\n    id: cais/hle\n    task_id: hle\n  value: 41.2\n  source:\n    url: example.org/report\n"
        "  notes: f\n"
    ),
    "hle_g.yaml": "- dataset: {id: cais/hle, task_id: hle}\n  value: 0.412\n  notes: g\n",
}
FINDINGS = {
    "hle.yaml": ("EH201", 3, '"2026-01-31"'),
    "hle_a.yaml": ("EH111", 3, "`source`"),
    "hle_b.yaml": ("EH204", 3, "hle"),
    "hle_c.yaml": ("EH112", 4, "84.6"),
    "hle_d.yml": ("EH206", None, "hle_d.yaml"),
    "hle_e.yaml": ("EH205", 4, "keep one of them"),
    "hle_f.yaml": ("EH215", 6, "https://example.org/report"),
    "hle_g.yaml": ("EH209", 2, "percent"),
}
MENDED = {
    "hle.yaml": MISTAKES["hle.yaml"].replace("2026-01-31", '"2026-01-31"'),
    "hle_a.yaml": MISTAKES["hle_a.yaml"].replace("sorce", "source"),
    "hle_d.yaml": MISTAKES["hle_d.yml"],
    "hle_e.yaml": MISTAKES["hle_e.yaml"][: len(MISTAKES["hle_e.yaml"]) // 2],
    "hle_f.yaml": MISTAKES["hle_f.yaml"].replace("example.org", "https://example.org"),
}


@pytest.fixture
def clone(hub: HubDir) -> Path:
    hub.registry({"dataset": "cais/hle", "scale": "percent"})
    hub.model("org/other", {"hle.yaml": [entry(50.0)]}, bare=True)
    model = hub.model("org/model", MISTAKES)
    return model.path


def test_eight_mistakes_are_eight_findings_each_with_what_to_do(clone: Path) -> None:
    found = {
        one.file.path.removeprefix(".eval_results/"): (one.code, one.span and one.span.line, one.hint or "")
        for one in validate([clone]).diagnostics
    }
    assert {name: place[:2] for name, place in found.items()} == {name: place[:2] for name, place in FINDINGS.items()}
    assert [name for name, (_, _, hint) in FINDINGS.items() if hint not in found[name][2]] == []
    assert len(validate([clone]).diagnostics) == len(MISTAKES)


def test_what_has_one_right_answer_is_mended_and_the_rest_is_left(clone: Path, cli: Cli) -> None:
    cli("validate", clone, "--fix")
    folder = clone / ".eval_results"
    assert {name: (folder / name).read_text() for name in MENDED} == MENDED
    left = {path.name: path.read_text() for path in folder.iterdir() if path.name not in MENDED}
    assert left == {name: MISTAKES[name] for name in ("hle_b.yaml", "hle_c.yaml", "hle_g.yaml")}
    assert sorted(one.code for one in validate([clone]).diagnostics) == ["EH112", "EH204", "EH209"]


def test_ci_gets_all_of_it_as_sarif(clone: Path, cli: Cli) -> None:
    log = json.loads(cli("validate", clone, "--format", "sarif").stdout)
    SARIF.validate(log)
    results = log["runs"][0]["results"]
    places = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
    assert places == {f".eval_results/{name}" for name in MISTAKES}
    assert len([result for result in results if "fixes" in result]) == 4
