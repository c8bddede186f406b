"""Validation: the schemas and the rules over files, repositories or a hub, as one list of diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from evalhub import targets
from evalhub.checking import OTHERS, RESULTS, Checked, check_each, compare, with_findings
from evalhub.dataset_history import histories
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.errors import EvalhubError
from evalhub.hub import Hub
from evalhub.registry import Registry
from evalhub.rules.peers import Claim, Peers
from evalhub.rules.subjects import Context
from evalhub.scan import Progress
from evalhub.targets import Target


@dataclass(frozen=True, slots=True)
class Report:
    """What validation found, in the order of repositories and files; `files_checked` counts the files it read, and
    `files` has each of them once.
    """

    files_checked: int
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[FileRef, ...] = ()

    @property
    def errors(self) -> int:
        return sum(diagnostic.is_error for diagnostic in self.diagnostics)

    @property
    def warnings(self) -> int:
        return len(self.diagnostics) - self.errors


def validate(
    paths: Iterable[Path | str],
    *,
    hub: Path | str | None = None,
    pull_requests: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Validate files, working trees, bare repositories (their default branch) or whole hubs.

    `hub` is where benchmarks and the registry are looked up: by default the nearest directory at or above the first
    path with an `evalhub.yaml`, else its repository. With `pull_requests`, the files that each open one changes are
    validated too. `progress` is called with how many repositories are done, and of how many.

    Raises `EvalhubError` where a path isn't there, or nothing below it can be validated.
    """
    given = [Path(path) for path in paths]
    targets.check_exist(given)
    context_hub = Hub(hub if hub is not None else targets.hub_root(given), progress=progress)
    found, problems = targets.find(given, context_hub, pull_requests=pull_requests)
    context = context_of(context_hub, found)
    sources = [list(target.read()) for target in found]
    results = [check_each(each, RESULTS, context) for each in sources]
    here = [claim for checked in results for each in checked for claim in each.claims]
    context = replace(context, peers=Peers(here, lambda: elsewhere(context_hub, found)))
    checked: list[Checked] = []
    for target, of_target, by_themselves in zip(found, sources, results, strict=True):
        others = check_each(of_target, OTHERS, context)
        done = with_findings([*by_themselves, *others], of_target, compare(by_themselves, context))
        checked += [each for each in done if target.only in (None, each.file.path)]
    diagnostics = [*problems, *(diagnostic for each in checked for diagnostic in each.diagnostics)]
    files = [each.file for each in checked]
    return Report(len(files), tuple(dict.fromkeys(diagnostics)), tuple(dict.fromkeys(files)))


def context_of(hub: Hub, found: Sequence[Target] = ()) -> Context:
    """Return what the hub knows, with the specs as they are being edited in the working trees that are validated."""
    specs = dict(hub.specs)
    specs.update(targets.edited_specs(found))
    specless = frozenset(hub.datasets) - frozenset(specs)
    try:
        registry = hub.registry
    except EvalhubError:  # not valid: that is a finding of its own file
        registry = Registry()
    return Context(specs, specless, registry, histories(hub.datasets), now=datetime.now(UTC))


def elsewhere(hub: Hub, found: Sequence[Target] = ()) -> list[Claim]:
    """Return what is claimed in the repositories of the hub that are not among the targets."""
    validated = {target.snapshot.path.absolute() for target in found if target.snapshot}
    claims = []
    for snapshot in hub.models.values():
        if snapshot.path.absolute() in validated:
            continue
        for placed in snapshot.results:
            result = placed.result
            file = FileRef(placed.filename, snapshot.id, placed.place.ref, str(snapshot.path))
            ids = (result.dataset_id, result.task_id)
            claims.append(Claim(file, placed.index, 1, *ids, result.value, result.variant, snapshot.id))
    return claims
