"""What the fuzzer runs on any bytes: reading, schemas, rules and renderers, as `evalhub validate` puts them together.

Nothing may be raised, and nothing that a terminal acts on may come out.
"""

from __future__ import annotations

import io
import re

from rich.console import Console

from evalhub import yaml_source
from evalhub.benchmarks import Spec, Task
from evalhub.checking import check_files
from evalhub.checkouts import source_file
from evalhub.diagnostics import CODES, FileRef
from evalhub.registry import Metric, RegisteredBenchmark, Registry
from evalhub.render.diagnostics import print_report
from evalhub.render.reports import RENDERERS
from evalhub.rules.peers import Claim
from evalhub.rules.subjects import Context
from evalhub.terms import Scale
from evalhub.validation import Report

PATHS = (".eval_results/hle.yaml", "eval.yaml", "evalhub.yaml")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\ud800-\udfff]")
_METRIC = Metric("accuracy", scale=Scale.PERCENT)
CONTEXT = Context(
    specs={"cais/hle": Spec("Humanity's Last Exam", "What it measures.", "harbor", (Task("hle", "default", "test"),))},
    specless=frozenset({"org/specless"}),
    registry=Registry({"cais/hle": RegisteredBenchmark("cais/hle", ("HLE",), _METRIC)}),
)
OTHER = Claim(FileRef(".eval_results/hle.yaml", "org/other"), 0, 1, "cais/hle", "hle", 50, "With tools", "org/other")


def one_input(raw: bytes) -> None:
    """Validate `raw` as each of the three formats, with a neighbour that repeats it, and render what is found."""
    yaml_source.parse(raw)
    for path in PATHS:
        files = [source_file(FileRef(path, "org/name", None, "/hub"), raw)]
        if path.startswith(".eval_results/"):
            files.append(source_file(FileRef(".eval_results/more.yaml", "org/name", None, "/hub"), raw))
        done = check_files(files, CONTEXT, elsewhere=lambda: [OTHER])
        checked = [each.file for each in done]
        found = [diagnostic for each in done for diagnostic in each.diagnostics]
        assert checked == [source.file for source in files]
        assert all(diagnostic.code in CODES and diagnostic.message for diagnostic in found)
        _render(Report(len(checked), tuple(found), tuple(checked)))


def _render(report: Report) -> None:
    text = io.StringIO()
    print_report(Console(file=text, width=10_000, color_system=None, highlight=False), report)
    for rendered in (text.getvalue(), *(render(report) for render in RENDERERS.values())):
        assert not _CONTROL.search(rendered), repr(_CONTROL.search(rendered))
        rendered.encode()
