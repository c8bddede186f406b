"""Hub: the repositories below one directory and its registry, read together. What the commands talk to."""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from evalhub import git, leaderboard, registry
from evalhub.attribution import Attributor
from evalhub.benchmarks import Benchmark, Spec
from evalhub.conflict_search import Sought, find_conflicts
from evalhub.conflicts import Conflicts, parse_tolerance
from evalhub.diagnostics import Diagnostic
from evalhub.errors import EvalhubError
from evalhub.files import quoted, shown
from evalhub.leaderboard import Leaderboard, Score
from evalhub.lookup import NotFoundError, look_up
from evalhub.names import normalise, printable
from evalhub.scan import Progress, Scan, scan
from evalhub.snapshot import LeftOut, PlacedResult, RepoSnapshot
from evalhub.terms import Origin, Per, Policy, Reason, RepoType


@dataclass(frozen=True, slots=True)
class ModelScore:
    """One result of a model as its card would show it; `benchmark` is None where it isn't in the hub."""

    score: Score
    benchmark: Benchmark | None


@dataclass(frozen=True, slots=True)
class ModelResults:
    """All results of one model, by benchmark and task; `left_out` counts what is missing, by reason."""

    model_id: str
    scores: tuple[ModelScore, ...]
    left_out: dict[Reason, int]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BenchmarkSummary:
    """A benchmark, and how many models and results it has in the hub, open pull requests included."""

    benchmark: Benchmark
    models: int
    results: int


class Hub:
    """A directory with clones of model and dataset repos in it, at any depth.

    Everything is read from committed state, once, when it is first asked for; a new `Hub` sees new commits.
    `progress` is called while repositories are read. Raises `EvalhubError` where `root` is not a directory.
    """

    def __init__(self, root: Path | str, *, progress: Progress | None = None) -> None:
        self.root = Path(root)
        self._progress = progress
        if not self.root.is_dir():
            raise EvalhubError(f"{shown(self.root)} is not a directory", "name a hub: --hub DIR, or set EVALHUB_HUB")

    def __repr__(self) -> str:
        return f"Hub({str(self.root)!r})"

    @cached_property
    def registry(self) -> registry.Registry:
        """What `evalhub.yaml` says. Raises `EvalhubError` where it isn't valid."""
        return registry.read_registry(self.root)

    @property
    def repos(self) -> tuple[RepoSnapshot, ...]:
        """The repositories that count, in path order: each id and each shared git directory once."""
        return self._scanned.repos

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What can't be read, or doesn't count because another repository has its id."""
        return self._scanned.problems

    @cached_property
    def _scanned(self) -> Scan:
        return scan(self.root, self._progress)

    @cached_property
    def models(self) -> dict[str, RepoSnapshot]:
        """The model repos by id."""
        return {snapshot.id: snapshot for snapshot in self.repos if snapshot.type is RepoType.MODEL}

    @cached_property
    def datasets(self) -> dict[str, RepoSnapshot]:
        """The dataset repos by id, benchmarks or not."""
        return {snapshot.id: snapshot for snapshot in self.repos if snapshot.type is RepoType.DATASET}

    @cached_property
    def specs(self) -> dict[str, Spec]:
        """The valid specs by dataset id, in the order of the ids."""
        return {id: snapshot.spec for id, snapshot in sorted(self.datasets.items()) if snapshot.spec}

    def values(self, dataset_id: str, task_id: str) -> list[float]:
        """Return all values that the hub has for a task, open pull requests included."""
        return [placed.result.value for placed in self._by_task.get((dataset_id, task_id), ())]

    @cached_property
    def _by_task(self) -> dict[tuple[str, str], list[PlacedResult]]:
        by_task: dict[tuple[str, str], list[PlacedResult]] = defaultdict(list)
        for snapshot in self.models.values():
            for placed in snapshot.results:
                by_task[placed.result.dataset_id, placed.result.task_id].append(placed)
        return by_task

    @cached_property
    def benchmarks(self) -> dict[str, Benchmark]:
        """The benchmarks by dataset id, in the order of their ids."""
        registered = self.registry
        return {
            id: Benchmark(id, spec, id in registered.benchmarks, registered.aliases(id))
            for id, spec in self.specs.items()
        }

    def benchmark(self, name: str) -> Benchmark:
        """Return the benchmark that `name` means: an id, its last part, an alias, or the name in its `eval.yaml`.

        Raises `EvalhubError` where there is none, or more than one.
        """
        if not self.benchmarks:
            raise EvalhubError(*self._no_benchmarks())
        names = {
            benchmark.dataset_id: (benchmark.dataset_id.split("/")[-1], benchmark.name, *benchmark.aliases)
            for benchmark in self.benchmarks.values()
        }
        otherwise = f"see them all: evalhub benchmarks --hub {quoted(self.root)}"
        try:
            return self.benchmarks[look_up(name, names, "benchmark", otherwise)]
        except NotFoundError:
            self._refuse_invalid(name)
            raise

    def _refuse_invalid(self, name: str) -> None:
        """Raise where `name` means a dataset of the hub that is no benchmark only because its spec isn't valid."""
        invalid = {id: (id.split("/")[-1],) for id, snapshot in self.datasets.items() if snapshot.spec_invalid}
        with contextlib.suppress(NotFoundError):
            id = look_up(name, invalid, "dataset", "")
            hint = f"see what is wrong: evalhub validate {quoted(self.datasets[id].path)}"
            raise EvalhubError(f"{printable(id)} is no benchmark: its eval.yaml is not valid", hint)

    def _no_benchmarks(self) -> tuple[str, str]:
        where = shown(self.root)
        if not self.repos and not self.problems:
            return (
                f"no git repositories in {where}",
                "name a directory with clones in it: --hub DIR; or build an example: evalhub demo demo-hub",
            )
        see = f"see what is wrong: evalhub validate {quoted(self.root)}"
        return (
            f"no benchmarks in {where}: it has no dataset repo with a valid eval.yaml",
            f"name a hub with --hub DIR, clone a benchmark's dataset repo into this one, or {see}",
        )

    def list_benchmarks(self) -> list[BenchmarkSummary]:
        """Return every benchmark, the official ones first. Raises `EvalhubError` where there is none."""
        if not self.benchmarks:
            raise EvalhubError(*self._no_benchmarks())
        listed = []
        for benchmark in self.benchmarks.values():
            placed = [
                item for task in benchmark.tasks for item in self._by_task.get((benchmark.dataset_id, task.id), ())
            ]
            listed.append(BenchmarkSummary(benchmark, len({item.model_id for item in placed}), len(placed)))
        return sorted(listed, key=lambda summary: (not summary.benchmark.official, summary.benchmark.dataset_id))

    def spec_warnings(self) -> list[str]:
        """Return a sentence for each dataset whose `eval.yaml` isn't valid, so that it is no benchmark."""
        invalid = (snapshot for snapshot in self.repos if snapshot.spec_invalid)
        return [
            f"{snapshot.id} is not listed: its eval.yaml is not valid; see: evalhub validate {quoted(snapshot.path)}"
            for snapshot in invalid
        ]

    def task_id(self, benchmark: Benchmark, name: str | None) -> str:
        """Return the id of the task that `name` means; of the first task where it is None. Raises `EvalhubError`."""
        if name is None:
            return benchmark.tasks[0].id
        names: dict[str, tuple[str, ...]] = {task.id: () for task in benchmark.tasks}
        try:
            return look_up(name, names, f"task of {benchmark.dataset_id}", "")
        except EvalhubError as error:
            raise EvalhubError(error.message, f"its tasks: {', '.join(names)}") from None

    def leaderboard(
        self,
        benchmark: str,
        *,
        task: str | None = None,
        policy: Policy | str = Policy.BEST,
        per: Per | str = Per.MODEL,
        origin: Origin | str | None = None,
        limit: int | None = None,
    ) -> Leaderboard:
        """Return one task's leaderboard: the benchmark's first task where `task` is None.

        `origin` counts only the author's or the community's results; `limit` keeps only the first rows. Raises
        `EvalhubError` where the benchmark or task isn't there, or the registry isn't valid.
        """
        found = self.benchmark(benchmark)
        task_id = self.task_id(found, task)
        metric = self.registry.metric(found.dataset_id, task_id)
        placed = self._by_task.get((found.dataset_id, task_id), [])
        chosen = [item for item in placed if origin is None or item.place.origin == Origin(origin)]
        scores, unreadable = self.attribute(chosen)
        rows = leaderboard.rank(scores, metric, Policy(policy), Per(per))
        missing = [*self._scanned.left_out, *self._astray(found), *unreadable]
        left_out = leaderboard.count_left_out(missing, found.dataset_id, task_id)
        return Leaderboard(
            found,
            task_id,
            metric,
            Policy(policy),
            Per(per),
            datetime.now(UTC).replace(microsecond=0),
            tuple(rows[:limit]),
            len(rows),
            leaderboard.count_pull_requests(rows),
            sum(bool(row.warnings) for row in rows),
            left_out,
            (*self._registry_warnings(found), *leaderboard.left_out_warnings(left_out, quoted(self.root))),
        )

    def _astray(self, benchmark: Benchmark) -> list[LeftOut]:
        """Return the results that are on none of the benchmark's leaderboards, though they likely should be."""
        astray = []
        known, wanted = set(benchmark.spec.task_ids), normalise(benchmark.dataset_id)
        for (dataset_id, task_id), placed in self._by_task.items():
            if dataset_id == benchmark.dataset_id and task_id not in known:
                astray += [LeftOut(Reason.UNKNOWN_TASKS)] * len(placed)
            elif dataset_id not in self.datasets and normalise(dataset_id) == wanted:
                astray += [LeftOut(Reason.MISSPELT_DATASETS)] * len(placed)
        return astray

    def _registry_warnings(self, benchmark: Benchmark) -> list[str]:
        """Return why the direction may not be what somebody meant: a registry that isn't read, or a task misspelt."""
        registered = self.registry.benchmarks.get(benchmark.dataset_id)
        if registered:
            unknown = [task_id for task_id in registered.task_metrics if task_id not in benchmark.spec.task_ids]
            where = quoted(self.root / registry.REGISTRY_FILE)
            return [f"{where} names the task {printable(id)}, which is not there" for id in unknown]
        return [
            f"{shown(path)} is not read, as it isn't at the root of this hub; did you mean --hub {quoted(path.parent)}?"
            for path in self._scanned.inner_registries
        ]

    def attribute(self, results: Iterable[PlacedResult]) -> tuple[list[Score], list[LeftOut]]:
        """Return `results` with the commits that introduced them, and what has become unreadable meanwhile."""
        by_model: dict[str, list[PlacedResult]] = defaultdict(list)
        for placed in results:
            by_model[placed.model_id].append(placed)
        scores: list[Score] = []
        left_out: list[LeftOut] = []
        for model_id, group in by_model.items():
            path = self.models[model_id].path
            try:
                attributor = Attributor(git.open_repository(path), str(path))
                scores += [leaderboard.score(placed, *attributor.commit(placed)) for placed in group]
            except git.UnreadableError:
                left_out.append(LeftOut(Reason.UNREADABLE_REPOS))
        return scores, left_out

    def conflicts(
        self,
        benchmark: str | None = None,
        *,
        task: str | None = None,
        model: str | None = None,
        tolerance: str | float = 0,
        limit: int | None = None,
    ) -> Conflicts:
        """Return where results of one model, task and variant disagree by more than `tolerance` (`0.1`, or `"1%"`).

        `benchmark` may also be a dataset that only results name. Raises `EvalhubError` where what is named isn't there,
        the registry isn't valid, or the tolerance is none.
        """
        sought = Sought(benchmark, task, model, parse_tolerance(str(tolerance)), limit)
        return find_conflicts(self, sought, self._scanned.left_out)

    def model_repo(self, name: str) -> RepoSnapshot:
        """Return the model repo that `name` means: an id or its last part. Raises `EvalhubError`."""
        where = shown(self.root)
        if not self.models:
            raise EvalhubError(f"no model repos in {where}", "name a directory with clones in it: --hub DIR")
        names = {model_id: (model_id.split("/")[-1],) for model_id in self.models}
        return self.models[look_up(name, names, "model", f"clone it into {quoted(self.root / 'models/ORG/NAME')}")]

    def model(self, name: str) -> ModelResults:
        """Return all results of the model that `name` means. Raises `EvalhubError` where there is none."""
        snapshot = self.model_repo(name)
        scores, unreadable = self.attribute(snapshot.results)
        found = [ModelScore(score, self.benchmarks.get(score.result.dataset_id)) for score in scores]
        found.sort(key=lambda item: _card_order(item.score))
        counts = dict(Counter(item.reason for item in (*snapshot.left_out, *unreadable)))
        warnings = leaderboard.left_out_warnings(counts, quoted(snapshot.path))
        return ModelResults(snapshot.id, tuple(found), counts, warnings)


def _card_order(score: Score) -> tuple[object, ...]:
    result = score.result
    return (result.dataset_id, result.task_id, result.variant, score.origin, score.pull_request or 0, score.ref)
