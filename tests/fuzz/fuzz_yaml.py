"""What the fuzzer runs on any bytes: reading, schemas, rules and renderers, as `evalhub validate` puts them together.

Nothing may be raised, and nothing that a terminal acts on may come out.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from evalhub import cards, usual_yaml, yaml_source
from evalhub.benchmarks import Spec, Task
from evalhub.checking import check_files
from evalhub.checkouts import source_file
from evalhub.diagnostics import CODES, Diagnostic, FileRef
from evalhub.fixing import mended
from evalhub.registry import Metric, RegisteredBenchmark, Registry
from evalhub.render.diagnostics import print_report
from evalhub.render.reports import RENDERERS
from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context, Revision
from evalhub.terms import Scale
from evalhub.validation import Report

PATHS = (".eval_results/hle.yaml", "eval.yaml", "evalhub.yaml")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\ud800-\udfff]")
_METRIC = Metric("accuracy", scale=Scale.PERCENT)
CONTEXT = Context(
    specs={"cais/hle": Spec("Humanity's Last Exam", "What it measures.", "harbor", (Task("hle", "default", "test"),))},
    specless=frozenset({"org/specless"}),
    registry=Registry({"cais/hle": RegisteredBenchmark("cais/hle", ("HLE",), _METRIC)}),
    history=lambda _dataset_id: _Past(),
    now=datetime(2026, 8, 1, tzinfo=UTC),
)
OTHER = Claim(FileRef(".eval_results/hle.yaml", "org/other"), 0, 1, "cais/hle", "hle", 50, "With tools", "org/other")


class _Past:
    """A history in which `v1` is another commit, `main` a branch, and every task was there."""

    complete = True

    def begun(self) -> datetime:
        return datetime(2025, 1, 1, tzinfo=UTC)

    def resolve(self, revision: str) -> Revision | None:
        return {"v1": Revision("1" * 40), "main": Revision("2" * 40, moves=True)}.get(revision)

    def task(self, task_id: str, commit: str | None = None) -> dict[str, Any]:
        return {"id": task_id, "split": "dev" if commit else "test"}

    def defined(self, _task_id: str) -> bool:
        return True


def one_input(raw: bytes) -> None:
    """Validate `raw` as each of the three formats, with a neighbour that repeats it, and render what is found."""
    yaml_source.parse(raw)
    _read_fast(raw.decode("utf-8", "replace"))
    for path in PATHS:
        files = [
            replace(source_file(FileRef(path, "org/name", None, "/hub"), raw), card=lambda: cards.read_header(raw))
        ]
        if path.startswith(".eval_results/"):
            files.append(source_file(FileRef(".eval_results/more.yaml", "org/name", None, "/hub"), raw))
        done = check_files(files, CONTEXT, elsewhere=lambda: [OTHER])
        checked = [each.file for each in done]
        found = [diagnostic for each in done for diagnostic in each.diagnostics]
        assert checked == [source.file for source in files]
        assert all(diagnostic.code in CODES and diagnostic.message for diagnostic in found)
        _mend(raw, [diagnostic for diagnostic in found if diagnostic.file == files[0].file])
        _render(Report(len(checked), tuple(found), tuple(checked)))


def _read_fast(text: str) -> None:
    """Where the usual layout is read without the parser, the parser must say the same."""
    usual = usual_yaml.read(text)
    if usual:
        document = yaml_source.parse(b"# no usual line\n" + text.encode())
        assert (document.problems, document.fatal) == ((), False)
        assert yaml_source.signature(document.data) == yaml_source.signature(usual[0])


def _mend(raw: bytes, found: list[Diagnostic]) -> None:
    """Apply the repairs: what they leave must still be read, and they must not be needed again."""
    fixes = [diagnostic.fix for diagnostic in found if diagnostic.fix and diagnostic.fix.span]
    after = mended(raw, fixes) if fixes else None
    if after:
        assert not yaml_source.parse(after[0]).fatal
        assert len(after[0]) <= len(raw) + 1_000 * len(fixes)


def _render(report: Report) -> None:
    text = io.StringIO()
    print_report(Console(file=text, width=10_000, color_system=None, highlight=False), report)
    for rendered in (text.getvalue(), *(render(report) for render in RENDERERS.values())):
        assert not _CONTROL.search(rendered), repr(_CONTROL.search(rendered))
        rendered.encode()
