"""`evalhub validate [PATH]...`."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalhub.cli.options import (
    HubOption,
    NoCacheOption,
    NoColorOption,
    cache_option,
    hub_option,
    progress_bar,
    say,
    stderr,
    stdout,
    write_out,
)
from evalhub.errors import EvalhubError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evalhub.edits import Edits
    from evalhub.fixing import Repair
    from evalhub.mending import Mended
    from evalhub.validation import Report


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
    no_cache: NoCacheOption = False,
) -> None:
    """Check specs, results and the registry.

    Reads eval.yaml, .eval_results/*.yaml and evalhub.yaml, and says exactly where each mistake is and what to type.
    """
    from evalhub.choices import MAX_PROBLEMS
    from evalhub.edits import NO_EDITS
    from evalhub.mending import MOST_AT_ONCE, mended, moved
    from evalhub.validation import validate

    _refuse_together({"--ref": ref is not None, "--staged": staged, "--fix": fix, "--diff": diff})
    if diff and format is not Format.TEXT:
        hint = "leave out --format; or leave out --diff: json and sarif have the repairs too"
        raise EvalhubError("--diff prints a diff, in no other format", hint, exit_status=2)
    named, cache = hub_option(context, hub), cache_option(context, no_cache)
    given = paths or [_default_path(named)]

    def check(edits: Edits = NO_EDITS, done: Sequence[Repair] = (), most: int = MAX_PROBLEMS) -> Report:
        with progress_bar(stderr(context, no_color), "validating") as progress:
            return validate(
                moved(given, done),
                hub=named,
                pull_requests=prs,
                ref=ref,
                staged=staged,
                select=select,
                ignore=ignore or (),
                comments=not no_comments,
                progress=progress,
                cache=cache,
                note=lambda text: say(stderr(context, no_color), f"note: {text}"),
                edits=edits,
                most=most,
            )

    if diff or fix:
        plan = mended(lambda edits, done: check(edits, done, MOST_AT_ONCE))
        report = plan.report if diff else check(done=_mend(context, plan, no_color))
    else:
        report = check()
    if diff:
        _show_repairs(context, plan, no_color)
    else:
        _print(context, report, format, no_color)
    if report.errors or (strict and report.warnings) or (diff and plan.repairs):
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


def _show_repairs(context: typer.Context, plan: Mended, no_color: bool) -> None:
    from evalhub.render.diffs import print_diff
    from evalhub.render.places import names
    from evalhub.render.repairs import diffs, hides_secrets, summary

    found, err = plan.repairs, stderr(context, no_color)
    _say_refused(context, plan.refused, no_color)
    files = [*plan.report.files, *(one.file for one in found), *(one.file for one in plan.report.diagnostics)]
    print_diff(stdout(context, no_color), diffs(found, names(files)))
    say(err, summary(found, "--fix would mend"), "dim")
    if hides_secrets(found):
        say(err, "passwords and tokens are shown as asterisks: mend with --fix, not by this diff")


def _mend(context: typer.Context, plan: Mended, no_color: bool) -> list[Repair]:
    """Write what is mended, and return what could be."""
    from evalhub.fixing import apply
    from evalhub.render.repairs import summary

    done, refused = [], list(plan.refused)
    for repair in plan.repairs:
        try:
            apply(repair)
            done.append(repair)
        except EvalhubError as error:
            refused.append(error)
    _say_refused(context, refused, no_color)
    if done:
        say(stderr(context, no_color), summary(done, "mended"))
    return done


def _say_refused(context: typer.Context, refused: Sequence[EvalhubError], no_color: bool) -> None:
    for error in refused:
        say(stderr(context, no_color), f"not mended: {error.message}", "yellow")


def _refuse_together(given: dict[str, bool]) -> None:
    named = [name for name, is_given in given.items() if is_given]
    if len(named) > 1:
        message = f"{' and '.join(named)} can't go together"
        hint = "only files of the working tree are mended: leave out the other"
        if not (given["--fix"] or given["--diff"]):
            hint = "they are two states of a repository: validate one after the other"
        elif given["--fix"] and given["--diff"]:
            hint = "look at what --diff shows, and mend with --fix after that"
        raise EvalhubError(message, hint, exit_status=2)


def _default_path(hub: Path | None) -> Path:
    from evalhub.repos import enclosing_repo

    clone = enclosing_repo(Path.cwd())
    if clone and any((clone / name).exists() for name in ("eval.yaml", ".eval_results")):
        return clone
    return hub or Path()
