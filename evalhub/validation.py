"""Validation: the schemas and the rules over files, repositories or a hub, as one list of diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from evalhub import targets
from evalhub.benchmarks import Spec
from evalhub.checking import OTHERS, RESULTS, Checked, check_each, compare, with_findings
from evalhub.checkouts import SourceFile
from evalhub.choices import EVERYTHING, MAX_PROBLEMS, Choice, parse_codes
from evalhub.dataset_history import histories
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.edits import NO_EDITS, Edits
from evalhub.errors import EvalhubError
from evalhub.files import shown
from evalhub.registry import Registry, read_registry
from evalhub.rules.peers import Claim, Peers
from evalhub.rules.subjects import Context
from evalhub.scan import Note, Progress, outline
from evalhub.snapshot import RepoSnapshot
from evalhub.targets import Target, View
from evalhub.terms import RepoType
from evalhub.workers import cores, share_out

_PACK = 200  # files that one process checks at a time
_FEW = 500  # files that aren't worth a second process


@dataclass(frozen=True, slots=True)
class Report:
    """What validation found, in the order of repositories and files; `files` are those that it checked, and `ignored`
    counts the findings that comments in them ignore.
    """

    files_checked: int
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[FileRef, ...] = ()
    ignored: int = 0

    @property
    def errors(self) -> int:
        return sum(diagnostic.is_error for diagnostic in self.diagnostics)

    @property
    def warnings(self) -> int:
        return len(self.diagnostics) - self.errors


def validate(
    paths: Path | str | Iterable[Path | str],
    *,
    hub: Path | str | None = None,
    pull_requests: bool = False,
    ref: str | None = None,
    staged: bool = False,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    comments: bool = True,
    progress: Progress | None = None,
    cache: Path | str | None = None,
    note: Note | None = None,
    edits: Edits = NO_EDITS,
    most: int = MAX_PROBLEMS,
) -> Report:
    """Validate files, working trees, bare repositories (their default branch) or whole hubs.

    `hub` is where benchmarks and the registry are looked up: by default the nearest directory at or above the first
    path with an `evalhub.yaml` that doesn't come with results or a spec, else its repository, without a registry. With
    `ref` (a branch, tag, pull request's ref or commit) what stands there is validated instead of the working tree; with
    `staged`, what of the index isn't as in HEAD; with `pull_requests`, what each open one adds or changes too. `select`
    and `ignore` are codes or beginnings of codes: the findings to return, by default those that the registry selects,
    and not to return, beside those that it ignores. Without `comments`, those in the files ignore nothing, nor does a
    registry in a repository that is validated.
    `progress` is called with how many repositories, then packs of files, are done, and of how many. With `cache`, a
    directory, what other results of the hub claim is kept there; `note` is called with a sentence where that can't be
    used. `edits` are taken for what is on disk. Of one file
    `most` findings are returned at most, errors first.

    Raises `EvalhubError` where a path or ref isn't there, a code means nothing, or nothing can be validated.
    """
    chosen = Choice(parse_codes(select or ()), parse_codes(ignore), comments, most)
    if select and not chosen.select:
        hint = "name codes, as in --select EH2; or list them: evalhub explain"
        raise EvalhubError("no code is selected", hint, exit_status=2)
    given = [Path(path) for path in ([paths] if isinstance(paths, Path | str) else paths)]
    view = View(ref, staged, pull_requests, edits)
    targets.check_exist(given, view)
    named = Path(hub) if hub is not None else targets.nearest_hub(given)
    root = named or targets.without_hub(given)
    if not root.is_dir():
        raise EvalhubError(f"{shown(root)} is not a directory", "name a hub: --hub DIR, or set EVALHUB_HUB")
    # What is on disk is checked by whoever reads the repository, which is looked at then.
    scan = outline(root, _named(root, given) if pull_requests or not view.working else lambda _path: False, progress)
    finder = targets.Finder(root, scan, view)
    found = finder.find(given)
    registry = _registry(root, edits) if named else Registry()
    if not comments and targets.is_among(root, given):
        registry = replace(registry, choice=EVERYTHING)
    if not chosen.select:
        chosen = replace(chosen, select=registry.choice.select, ignore=registry.choice.ignore + chosen.ignore)
    context = context_of(scan.repos, registry, dict(targets.edited_specs(found, edits)) if view.working else {})
    checked, unreadable = _check(
        found, context, chosen, lambda: _elsewhere(root, scan.repos, found, cache, progress, note), progress
    )
    problems = [problem for problem in (*finder.problems, *unreadable) if chosen.wants(problem.code)]
    diagnostics = [*problems, *(diagnostic for each in checked for diagnostic in each.diagnostics)]
    files = dict.fromkeys(each.file for each in checked)
    ignored = sum({each.file: each.ignored for each in checked}.values())
    return Report(len(files), tuple(dict.fromkeys(diagnostics)), tuple(files), ignored)


def _named(root: Path, given: Iterable[Path]) -> Callable[[Path], bool]:
    """Return whether a repository below `root` is among what was named, or holds it."""
    real = root.resolve()
    inside = {path.resolve() if path.is_dir() else path.parent.resolve() for path in given}
    if any(real.is_relative_to(path) for path in inside):
        return lambda _path: True
    above = {parent for path in inside for parent in (path, *path.parents)}

    def is_named(path: Path) -> bool:
        at = real / path.relative_to(root)
        return at in above or any(parent in inside for parent in at.parents)

    return is_named


def _registry(root: Path, edits: Edits) -> Registry:
    try:
        return read_registry(root, edits)
    except EvalhubError:  # not valid: that is a finding of its own file
        return Registry()


@dataclass(frozen=True, slots=True)
class _Part:
    """Files of one target to check by themselves, all of it where `sources` is None; the first part of a target also
    tells what of its repository can't be read.
    """

    target: int
    sources: Sequence[SourceFile] | None = None
    first: bool = True


@dataclass(slots=True)
class _Known:
    """What is known of a target so far: its result files, each checked by itself, whether it has other files, and what
    of it can't be read.
    """

    results: list[Checked] = field(default_factory=list)
    others: bool = False
    problems: list[Diagnostic] = field(default_factory=list)


def _check(
    found: Sequence[Target],
    context: Context,
    choice: Choice,
    elsewhere: Callable[[], Iterable[Claim]],
    progress: Progress | None,
) -> tuple[list[Checked], list[Diagnostic]]:
    """Check result files each by itself, on all cores; then compare them, and check all others, here.

    Return what is to be reported of files, and of repositories that can't be read.
    """
    packs, count = _packs(found)

    def check(pack: list[_Part]) -> list[tuple[int, _Known]]:
        done = []
        for part in pack:
            target = found[part.target]
            sources = list(target.read() if part.sources is None else part.sources)
            results = check_each(sources, RESULTS, context, choice)
            problems = list(target.problems()) if part.first else []
            done.append((part.target, _Known(results, len(results) < len(sources), problems)))
        return done

    known = [_Known() for _ in found]
    for number, pack in enumerate(share_out(check, packs, workers=cores() if count > _FEW else 1), start=1):
        for target, more in pack:
            known[target].results += more.results
            known[target].others |= more.others
            known[target].problems += more.problems
        packs[number - 1] = []  # its files are done with
        if progress:
            progress(number, len(packs))
    once = {each.file: each.claims for of_target in known for each in of_target.results}  # paths that are named overlap
    context = replace(context, peers=Peers(chain.from_iterable(once.values()), elsewhere))
    checked = [each for pair in zip(found, known, strict=True) for each in _concluded(*pair, context, choice)]
    return checked, [problem for of_target in known for problem in of_target.problems]


def _packs(found: Sequence[Target]) -> tuple[list[list[_Part]], int]:
    """Divide the files among as many packs of about one size as it takes, and return how many files there are."""
    packs: list[list[_Part]] = [[]]
    count = room = 0
    for number, target in enumerate(found):
        parts = [_Part(number)]
        if target.size > _PACK:
            slices = _slices(list(target.read()), _PACK)
            parts = [_Part(number, part, first=place == 0) for place, part in enumerate(slices)]
        for part in parts:
            size = target.size if part.sources is None else len(part.sources)
            if packs[-1] and size > room:
                packs.append([])
            if not packs[-1]:
                room = _PACK
            packs[-1].append(part)
            room -= size
            count += size
    return packs, count


def _slices(sources: Sequence[SourceFile], size: int) -> Iterator[Sequence[SourceFile]]:
    for start in range(0, len(sources), size):
        yield sources[start : start + size]


def _concluded(target: Target, known: _Known, context: Context, choice: Choice) -> list[Checked]:
    """Return what is to be reported of a target, which is read again only where there is something to say of it."""
    findings = compare(known.results, context, choice)
    if findings or known.others:
        sources = list(target.read())
        checked = [*known.results, *check_each(sources, OTHERS, context, choice)]
        known.results = with_findings(checked, sources, findings, choice)
    return [each for each in known.results if each.reported]


def context_of(datasets: Iterable[RepoSnapshot], registry: Registry, edited: dict[str, Spec]) -> Context:
    """Return what is known in a hub; `edited` are specs as they stand in working trees, by dataset id."""
    found = {each.id: each for each in datasets if each.type is RepoType.DATASET}
    specs = {id: snapshot.spec for id, snapshot in sorted(found.items()) if snapshot.spec} | edited
    return Context(specs, frozenset(found) - frozenset(specs), registry, histories(found), now=datetime.now(UTC))


def _elsewhere(
    root: Path,
    repos: Iterable[RepoSnapshot],
    found: Sequence[Target],
    cache: Path | str | None,
    progress: Progress | None,
    note: Note | None,
) -> list[Claim]:
    """Return what is claimed in the model repositories of the hub that are not among the targets."""
    validated = {target.snapshot.path.absolute() for target in found if target.snapshot}
    models = {each.path.absolute() for each in repos if each.type is RepoType.MODEL}
    if models <= validated:
        return []
    from evalhub import contents  # slow to import, and not needed where a whole hub is validated
    from evalhub.index import Index, index_file

    index = Index(root, index_file(Path(cache), root) if cache is not None else None, progress=progress, note=note)
    return index.ask(lambda store: list(contents.claims(store, root, validated)))
