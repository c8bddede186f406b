"""The options of `evalhub submit`, in the order in which its help shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ModelArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL",
        help="A model's id, or its last part. Default: the one that the log or list names.",
        show_default=False,
    ),
]
BenchmarkOption = Annotated[
    str | None,
    typer.Option(help="A dataset id, its last part, an alias or the benchmark's name.", show_default=False),
]
ValueOption = Annotated[str | None, typer.Option(help="The score, on the leaderboard's scale.", show_default=False)]
LogOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="What an evaluation tool wrote, instead of --benchmark and --value: a log of Inspect AI, results of "
        "lm-eval, lighteval or MTEB, an Every Eval Ever record, or a README with a model-index.",
        show_default=False,
    ),
]
BatchOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Many scores at once, one branch a model: a CSV file, JSON lines, or a folder of logs.",
        show_default=False,
    ),
]
TaskOption = Annotated[
    str | None,
    typer.Option(help="The benchmark's task, or the log's, where there are several.", show_default=False),
]
MetricOption = Annotated[
    str | None, typer.Option(help="Which of a log's metrics counts, where there are several.", show_default=False)
]
ConfigOption = Annotated[
    str | None,
    typer.Option(help="Which of the dataset's configs a log's value is of, as for --metric.", show_default=False),
]
SplitOption = Annotated[
    str | None,
    typer.Option(help="Which of the dataset's splits a log's value is of, as for --metric.", show_default=False),
]
SourceUrlOption = Annotated[
    str | None, typer.Option(help="Where the score is published: paper, logs, model card.", show_default=False)
]
SourceNameOption = Annotated[str | None, typer.Option(help="What to call the source.", show_default=False)]
SourceUserOption = Annotated[str | None, typer.Option(help="The Hub user behind it.", show_default=False)]
SourceOrgOption = Annotated[str | None, typer.Option(help="The Hub organisation behind it.", show_default=False)]
NotesOption = Annotated[
    str | None,
    typer.Option(help="The setup, as in `With tools`. Default: what a log says of it.", show_default=False),
]
DateOption = Annotated[
    str | None,
    typer.Option(
        help="When the evaluation ran (ISO-8601). Default: what a log says; else the commit's time counts.",
        show_default=False,
    ),
]
RevisionOption = Annotated[
    str | None, typer.Option(help="The commit of the dataset that was evaluated.", show_default=False)
]
FileOption = Annotated[
    str | None,
    typer.Option(help="A file in .eval_results. Default: the benchmark's.", metavar="NAME", show_default=False),
]
BranchOption = Annotated[
    str | None,
    typer.Option(help="The branch, below evalhub/. Default: a new one, called as the file.", show_default=False),
]
MessageOption = Annotated[str | None, typer.Option("--message", "-m", help="The commit message.", show_default=False)]
SupersedeOption = Annotated[bool, typer.Option("--supersede", help="Propose it beside a different score that stands.")]
UpdateOption = Annotated[
    bool, typer.Option("--update", help="Change what your own open branch proposes, with another commit.")
]
PushOption = Annotated[bool, typer.Option("--push", help="Then push the branch, as `evalhub push` does.")]
RemoteOption = Annotated[
    str | None,
    typer.Option(help="The remote to push to. Default: origin, else the only one.", show_default=False),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be committed, and write nothing.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Commit a batch without asking.")]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where a batch writes what became of each score. Default: NAME.results.jsonl beside it.",
        show_default=False,
    ),
]
