"""What is wrong with files: with each by itself, and in the light of what other results say."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import PurePosixPath
from sys import intern
from typing import TypeVar

from evalhub import checkouts, fixes, fixing, rules, schemas, yaml_source
from evalhub.cards import base_models
from evalhub.checkouts import SourceFile
from evalhub.choices import EVERYTHING, Choice
from evalhub.diagnostics import CODES, Diagnostic, FileRef, Severity
from evalhub.files import RawFile
from evalhub.kinds import Kind, kind_of
from evalhub.results import RESULTS_FOLDER, counts_as_results
from evalhub.rules.peers import Claim, Peers
from evalhub.rules.subjects import Context, Entry, Finding, ParsedFile, entries_of
from evalhub.shown_lines import ShownLines
from evalhub.sifting import MOST_LOOKED_AT, Sieve, first_of
from evalhub.yaml_source import Document, Problem

RESULTS, OTHERS = frozenset({Kind.RESULTS, Kind.NOT_READ}), frozenset({Kind.SPEC, Kind.REGISTRY})

_SCHEMAS = {Kind.RESULTS: "eval_results", Kind.SPEC: "eval", Kind.REGISTRY: "registry"}
_RULES = {Kind.RESULTS: rules.RESULT_RULES, Kind.SPEC: rules.SPEC_RULES, Kind.REGISTRY: rules.REGISTRY_RULES}

_ABOUT_SECRETS = frozenset({"EH216", "EH222"})  # what these find is never shown


@dataclass(frozen=True, slots=True)
class Checked:
    """One file that was checked: what is wrong with it, in order, what its entries claim, and how many findings a
    comment in it ignores. One that isn't `reported` was only there to compare others with.
    """

    file: FileRef
    diagnostics: tuple[Diagnostic, ...] = ()
    claims: tuple[Claim, ...] = ()
    ignored: int = 0
    reported: bool = True

    def __reduce__(self) -> tuple[type[Checked], tuple[object, ...]]:
        return Checked, (self.file, self.diagnostics, self.claims, self.ignored, self.reported)


Found = Mapping[FileRef, Sequence[tuple[Claim, Finding]]]
_Rule = TypeVar("_Rule")
_FileRule = Callable[[ParsedFile, Context], Iterable[Problem]]
_EntryRule = Callable[[Entry, Context], Iterable[Finding]]


def check_files(
    files: Iterable[SourceFile],
    context: Context,
    choice: Choice = EVERYTHING,
    elsewhere: Callable[[], Iterable[Claim]] = tuple,
) -> list[Checked]:
    """Check the files of one state of one repository; `elsewhere` gives what results in other places claim."""
    sources = list(files)
    checked = check_each(sources, RESULTS, context, choice)
    context = replace(context, peers=Peers((claim for each in checked for claim in each.claims), elsewhere))
    checked += check_each(sources, OTHERS, context, choice)
    return with_findings(checked, sources, compare(checked, context, choice), choice)


def check_each(
    sources: Iterable[SourceFile], kinds: frozenset[Kind], context: Context, choice: Choice = EVERYTHING
) -> list[Checked]:
    """Check those of the files that are of one of `kinds`, each by itself. Only `OTHERS` look at `context.peers`."""
    checked = []
    for source in sources:
        kind = kind_of(source)
        if kind not in kinds or kind is None:
            continue
        if kind is Kind.NOT_READ:
            checked.append(_of_whole(source, _not_read(source.file), choice))
            continue
        raw = source.read()
        if raw.kind != checkouts.MISSING:  # the snapshot of its repository reports it
            checked.append(_check_file(source, raw, kind, context, choice))
    return checked


def compare(checked: Sequence[Checked], context: Context, choice: Choice = EVERYTHING) -> Found:
    """Compare the claims of one repository with `context.peers`, and those on one ref with each other.

    Of each file one finding more is returned, at most, than are looked at.
    """
    found: dict[FileRef, list[tuple[Claim, Finding]]] = defaultdict(list)
    by_ref: dict[str | None, list[Claim]] = defaultdict(list)
    for each in sorted(checked, key=lambda each: each.reported):  # whose findings aren't told goes first
        by_ref[each.file.ref] += sorted(each.claims, key=lambda claim: not claim.copied)
    fresh = [claim for each in checked if each.reported for claim in each.claims if not claim.copied]
    repo_rules, claim_rules = _wanted(rules.REPO_RULES, choice), _wanted(rules.CLAIM_RULES, choice)
    of_repo = (pair for claims in by_ref.values() for rule in repo_rules for pair in rule(claims))
    of_hub = ((claim, finding) for claim in fresh for rule in claim_rules for finding in rule(claim, context))
    for claim, finding in chain(of_repo, of_hub):  # errors first
        if not claim.copied and len(found[claim.file]) <= MOST_LOOKED_AT:
            found[claim.file].append((claim, finding))
    return found


def with_findings(
    checked: Sequence[Checked], sources: Iterable[SourceFile], found: Found, choice: Choice = EVERYTHING
) -> list[Checked]:
    """Return `checked` in the order of `sources`, with what `compare` found at its place in the files."""
    by_file = {each.file: each for each in checked}
    ordered = []
    for source in sources:
        known = by_file.pop(source.file, None)
        if known and found.get(source.file):
            known = _with(known, source, found[source.file], choice)
        if known:
            ordered.append(known)
    return ordered


def _with(checked: Checked, source: SourceFile, found: Sequence[tuple[Claim, Finding]], choice: Choice) -> Checked:
    document = _document(source.read().content)
    sieve = _sieve(source, document, choice)
    sieve.look(_compared(claim, finding, document) for claim, finding in found)
    passed, more = sieve.passed()
    more |= any(each.code == "EH114" for each in checked.diagnostics)
    diagnostics = [*checked.diagnostics, *_diagnostics(passed, source.file, document)]
    told = first_of(diagnostics, source.file, choice.most, more=more)
    return replace(checked, diagnostics=told, ignored=checked.ignored + sieve.ignored)


def _compared(claim: Claim, finding: Finding, document: Document) -> Problem:
    twin = finding.twin.index if finding.twin and finding.twin.file == claim.file else None
    return _placed(finding, claim.index, document, twin)


def _sieve(source: SourceFile, document: Document, choice: Choice) -> Sieve:
    return Sieve(document, choice, comments=choice.comments and not source.proposed, added=source.added)


@lru_cache(maxsize=1)  # a file by itself is parsed to check it, and again to place what comparing it finds
def _document(content: bytes) -> Document:
    return yaml_source.parse(content)


def _check_file(source: SourceFile, raw: RawFile, kind: Kind, context: Context, choice: Choice) -> Checked:
    if source.file.path.rpartition("/")[2] == RESULTS_FOLDER:
        message = f"{_article(raw.kind)} stands where the folder {RESULTS_FOLDER} should be"
        return _not_a_file(source, message, "make it a folder with the result files in it", choice)
    if raw.kind != "file":
        message = f"{_article(raw.kind)} stands where a YAML file should be"
        return _not_a_file(source, message, "put the file itself here", choice)
    document = _document(raw.content)
    entries = tuple(entries_of(document)) if kind is Kind.RESULTS and not document.fatal else ()
    claims = tuple(_claims(source, entries))
    if not source.reported:
        return Checked(source.file, (), claims, reported=False)
    sieve = _sieve(source, document, choice)
    sieve.take(document.problems)
    if not document.fatal:
        _look(sieve, ParsedFile(source.file, document, source.card, entries), kind, context, choice, source.added)
    passed, more = sieve.passed()
    if not passed and not more:
        return Checked(source.file, (), claims, sieve.ignored)
    told = first_of(_diagnostics(passed, source.file, document), source.file, choice.most, more=more)
    return Checked(source.file, told, claims, sieve.ignored)


def _look(
    sieve: Sieve, file: ParsedFile, kind: Kind, context: Context, choice: Choice, added: frozenset[int] | None
) -> None:
    """Look for what the schema and the rules find; nothing of a place of which the text or the schema tells already.

    Errors come first: who has enough of them is told no warnings.
    """
    told = {problem.span for problem in file.document.problems}
    empty_registry = kind is Kind.REGISTRY and file.document.data is None
    if not empty_registry and not schemas.accepts(_SCHEMAS[kind], file.document.data):
        from evalhub import schema_findings  # most files are valid, and never need its words

        by_schema, sieve.more = schema_findings.findings(_SCHEMAS[kind], file.document, only=added)
        by_schema = [problem for problem in by_schema if problem.span not in told]
        sieve.take(by_schema)
        told.update(problem.span for problem in by_schema)
    for file_rules, entry_rules in _rules_for(kind, choice):
        by_rules = _by_rules(file, context, file_rules, entry_rules, added)
        sieve.look(problem for problem in by_rules if problem.span not in told)


@lru_cache(maxsize=32)  # asked for each file, and the same for most
def _rules_for(kind: Kind, choice: Choice) -> tuple[tuple[Sequence[_FileRule], Sequence[_EntryRule]], ...]:
    """Return the rules for files and for their entries that are wanted, those that find errors first."""
    return tuple(
        (_wanted(_RULES[kind], choice, severity), _wanted(rules.ENTRY_RULES, choice, severity)) for severity in Severity
    )


def _by_rules(
    file: ParsedFile,
    context: Context,
    file_rules: Sequence[_FileRule],
    entry_rules: Sequence[_EntryRule],
    added: frozenset[int] | None,
) -> Iterator[Problem]:
    for rule in file_rules:
        yield from rule(file, context)
    for entry in file.entries:
        if added is None or entry.index in added:
            for entry_rule in entry_rules:
                for finding in entry_rule(entry, context):
                    yield _placed(finding, entry.index, file.document)


def _wanted(table: Mapping[str, _Rule], choice: Choice, severity: Severity | None = None) -> tuple[_Rule, ...]:
    """Return the rules whose findings somebody wants."""
    wanted = (code for code in table if severity in (None, CODES[code].severity) and choice.wants(code))
    return tuple(table[code] for code in wanted)


def _placed(finding: Finding, index: int, document: Document, twin: int | None = None) -> Problem:
    path = (index, *finding.path)
    span = document.span(path, key=finding.key)
    return Problem(finding.code, finding.message, span, finding.hint, path, finding.meant, twin)


def _claims(source: SourceFile, entries: Sequence[Entry]) -> Iterator[Claim]:
    """Yield what those entries claim that say of what they are."""
    file, repo, added = source.file, source.file.repo, source.added
    bases = base_models(source.card()) if entries and repo and counts_as_results(file.path) else ()
    for entry in entries:
        if entry.dataset_id is not None and entry.task_id is not None:
            # Most are the same: once in memory, and on the way to the first process.
            dataset_id, task_id, notes = intern(entry.dataset_id), intern(entry.task_id), intern(entry.notes or "")
            copied = added is not None and entry.index not in added
            yield Claim(file, entry.index, entry.line, dataset_id, task_id, entry.value, notes, repo, bases, copied)


def _of_whole(source: SourceFile, found: Diagnostic, choice: Choice) -> Checked:
    """Return what is found of a file as a whole, if it is wanted."""
    told = (found,) if choice.wants(found.code) else ()
    return Checked(source.file, told, reported=source.reported)


def _not_a_file(source: SourceFile, message: str, hint: str, choice: Choice) -> Checked:
    return _of_whole(source, Diagnostic("EH108", message, source.file, hint=hint), choice)


def _article(kind: str) -> str:
    return f"an {kind}" if kind.startswith("unreadable") else f"a {kind}"


def _not_read(file: FileRef) -> Diagnostic:
    folder, _, name = file.path.rpartition("/")
    stem = name.rsplit(".", 1)[0]
    if name in checkouts.MISNAMED:
        reader = "evalhub doesn't" if name == checkouts.MISNAMED_REGISTRY else "the Hub doesn't"
        hint = f"rename it to {stem}.yaml"
        if _is_there(file, f"{stem}.yaml"):
            hint = f"remove it: {stem}.yaml is what counts"
        return Diagnostic("EH206", f"{reader} read this file", file, hint=hint, fix=fixes.renaming(file))
    message = "the Hub doesn't read this file: only .yaml files directly in .eval_results count"
    hint = f"move it to {RESULTS_FOLDER}/{stem}.yaml" if folder else "put it into .eval_results"
    target = f"{RESULTS_FOLDER}/{stem}.yaml"
    if folder and _is_there(file, target):
        hint = f"put what is in it into {target}, which is there already, and remove it"
    is_top = PurePosixPath(folder).name == RESULTS_FOLDER
    fix = fixes.renaming(file) if is_top else None
    return Diagnostic("EH206", message, file, hint=hint, fix=fix)


def _is_there(file: FileRef, path: str) -> bool:
    """Whether there is something at `path` of the working tree that `file` is in."""
    return file.ref is None and os.path.lexists(os.path.join(file.directory or "", path))


def _diagnostics(problems: Iterable[Problem], file: FileRef, document: Document) -> list[Diagnostic]:
    """Return problems as they may be shown: no password or token that stands in the file is in them."""
    lines = ShownLines(document)
    found = []
    for each in problems:
        line = lines.line(each.span, secret=each.code in _ABOUT_SECRETS)
        hint = lines.text(each.hint, each.span) if each.hint else each.hint
        message = lines.text(each.message, each.span)
        fix = fixes.fix_of(each, document) if file.ref is None else None
        if fix and "*" in document.text and not fixing.holds(document, fix):
            fix = None
        found.append(Diagnostic(each.code, message, file, each.span, hint, line, fix))
    return found
