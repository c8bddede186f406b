"""`evalhub validate [PATH]...`."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalhub.cli.options import HubOption, NoColorOption, hub_option, progress_bar, say, stderr, stdout, write_out
from evalhub.errors import EvalhubError

if TYPE_CHECKING:
    from collections.abc import Callable

    from evalhub.diagnostics import FileRef
    from evalhub.fixing import Repair
    from evalhub.validation import Report

_MOST_ROUNDS = 5  # a repair can bring to light what it hid: a file that wasn't read before it got its right name


class Format(enum.StrEnum):
    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"
    JUNIT = "junit"


def command(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Files, clones, bare repositories or a hub. Default: the clone that you are in if it has eval.yaml or "
            ".eval_results, else the hub that --hub names, else the current directory.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the findings.")] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="CODES", help="Only these codes, or codes that begin so: EH2,EH301.", show_default=False),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="CODES", help="None of these codes, or codes that begin so.", show_default=False),
    ] = None,
    no_comments: Annotated[
        bool, typer.Option("--no-comments", help="Comments in the files (# evalhub: ignore[…]) ignore nothing.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend in the working tree what has one right answer.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what --fix would change, and change nothing.")] = False,
    prs: Annotated[bool, typer.Option("--prs", help="Also what each open pull request adds or changes.")] = False,
    ref: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="What stands at a branch, tag, pull request (pr/1) or commit, not the working tree.",
            show_default=False,
        ),
    ] = None,
    staged: Annotated[bool, typer.Option("--staged", help="What is staged for the next commit.")] = False,
    hub: HubOption = None,
    no_color: NoColorOption = False,
) -> None:
    """Check specs, results and the registry.

    Reads eval.yaml, .eval_results/*.yaml and evalhub.yaml, and says exactly where each mistake is and what to type.
    """
    from evalhub.validation import validate

    _refuse_together({"--ref": ref is not None, "--staged": staged, "--fix": fix, "--diff": diff})
    named = hub_option(context, hub)
    given = paths or [_default_path(named)]

    def check() -> Report:
        with progress_bar(stderr(context, no_color), "validating") as progress:
            return validate(
                given,
                hub=named,
                pull_requests=prs,
                ref=ref,
                staged=staged,
                select=select,
                ignore=ignore or (),
                comments=not no_comments,
                progress=progress,
            )

    report = check()
    if diff:
        _show_repairs(context, report, no_color)
        return
    if fix:
        report = _mend(context, report, check, no_color)
    _print(context, report, format, no_color)
    if report.errors or (strict and report.warnings):
        raise typer.Exit(1)


def _print(context: typer.Context, report: Report, format: Format, no_color: bool) -> None:
    from evalhub.render.diagnostics import hints, print_report
    from evalhub.render.reports import RENDERERS

    if format is not Format.TEXT:
        write_out(RENDERERS[format](report), None)
        return
    print_report(stdout(context, no_color), report)
    for hint in hints(report):
        say(stderr(context, no_color), hint, "dim")


def _show_repairs(context: typer.Context, report: Report, no_color: bool) -> None:
    from evalhub.fixing import repairs
    from evalhub.render.places import paths
    from evalhub.render.repairs import diffs, hides_secrets, summary

    found = repairs(report.diagnostics)
    out = stdout(context, no_color)
    for line in diffs(found, paths(report)):
        out.print(line, soft_wrap=True)
    say(stderr(context, no_color), summary(found, "--fix would mend"), "dim")
    if hides_secrets(found):
        say(stderr(context, no_color), "passwords and tokens are shown as asterisks: mend with --fix, not by this diff")
    if found or report.errors:
        raise typer.Exit(1)


def _mend(context: typer.Context, report: Report, check: Callable[[], Report], no_color: bool) -> Report:
    """Apply all fixes, and return what is found after that."""
    from evalhub.fixing import apply, repairs
    from evalhub.render.repairs import summary

    done: list[Repair] = []
    failed: set[FileRef] = set()
    for _ in range(_MOST_ROUNDS):
        found = [repair for repair in repairs(report.diagnostics) if repair.file not in failed]
        if not found:
            break
        for repair in found:
            try:
                apply(repair)
                done.append(repair)
            except EvalhubError as error:
                failed.add(repair.file)
                say(stderr(context, no_color), f"not mended: {error.message}", "yellow")
        report = check()
    if done:
        say(stderr(context, no_color), summary(done, "mended"))
    return report


def _refuse_together(given: dict[str, bool]) -> None:
    named = [name for name, is_given in given.items() if is_given]
    if len(named) > 1:
        message = f"{' and '.join(named)} can't go together"
        raise EvalhubError(message, "only files of the working tree are mended; choose one", exit_status=2)


def _default_path(hub: Path | None) -> Path:
    from evalhub.repos import enclosing_repo

    clone = enclosing_repo(Path.cwd())
    if clone and any((clone / name).exists() for name in ("eval.yaml", ".eval_results")):
        return clone
    return hub or Path()
