"""Hub: the repositories below one directory, by way of the index, and its registry. What the commands talk to."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from evalhub import contents, leaderboard, omissions, registry
from evalhub.benchmarks import Benchmark, Spec
from evalhub.dates import AsOf, as_moment
from evalhub.diagnostics import Diagnostic
from evalhub.errors import EvalhubError
from evalhub.files import quoted, shown
from evalhub.index import Index, Note, index_file
from evalhub.leaderboard import Leaderboard, Ranking, Row, Score
from evalhub.lookup import NotFoundError, look_up, meant
from evalhub.names import printable
from evalhub.scan import Progress, not_listed
from evalhub.snapshot import LeftOut, PlacedResult, RepoSnapshot
from evalhub.store import Store
from evalhub.terms import Origin, Per, Policy, Reason, RepoType

if TYPE_CHECKING:
    from evalhub.board_diff import BoardDiff
    from evalhub.conflicts import Conflicts
    from evalhub.rules.peers import Claim
    from evalhub.standings import Through


@dataclass(frozen=True, slots=True)
class ModelScore:
    """One result of a model as its card would show it; `benchmark` is None where it isn't in the hub, and `through` is
    the pull request that a result of the default branch came through, if anything tells.
    """

    score: Score
    benchmark: Benchmark | None
    through: Through | None = None


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

    Everything is read from committed state, once, when it is first asked for; a new `Hub` sees new commits. With
    `cache`, a directory, an index is kept there, so that the next `Hub` reads only what has changed; `note` is called
    with a sentence where that can't be used. `progress` is called while repositories are read. Raises `EvalhubError`
    where `root` is not a directory.
    """

    def __init__(
        self,
        root: Path | str,
        *,
        cache: Path | str | None = None,
        progress: Progress | None = None,
        note: Note | None = None,
    ) -> None:
        self.root = Path(root)
        if not self.root.is_dir():
            raise EvalhubError(f"{shown(self.root)} is not a directory", "name a hub: --hub DIR, or set EVALHUB_HUB")
        file = index_file(Path(cache), self.root) if cache is not None else None
        self.index = Index(self.root, file, progress=progress, note=note)

    def __repr__(self) -> str:
        return f"Hub({str(self.root)!r})"

    @cached_property
    def registry(self) -> registry.Registry:
        """What `evalhub.yaml` says. Raises `EvalhubError` where it isn't valid."""
        return registry.read_registry(self.root)

    @cached_property
    def repos(self) -> tuple[RepoSnapshot, ...]:
        """The repositories that count, in path order: each id and each shared git directory once."""
        return tuple(self.index.ask(lambda store: contents.repos(store, self.root)))

    @cached_property
    def repos_there(self) -> bool:
        """Whether there is any repository."""
        return self.index.ask(contents.has_repos)

    @cached_property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What can't be read, or doesn't count because another repository has its id."""
        found = self.index.ask(lambda store: list(contents.problems(store, self.root)))
        return (*map(not_listed, self.index.unlisted), *found)

    @cached_property
    def models(self) -> dict[str, RepoSnapshot]:
        """The model repos by id."""
        return {snapshot.id: snapshot for snapshot in self.repos if snapshot.type is RepoType.MODEL}

    @cached_property
    def datasets(self) -> dict[str, RepoSnapshot]:
        """The dataset repos by id, benchmarks or not."""
        found = self.index.ask(lambda store: contents.datasets(store, self.root))
        return {snapshot.id: snapshot for snapshot in found}

    @cached_property
    def specs(self) -> dict[str, Spec]:
        """The valid specs by dataset id, in the order of the ids."""
        return {id: snapshot.spec for id, snapshot in sorted(self.datasets.items()) if snapshot.spec}

    def values(self, dataset_id: str, task_id: str) -> list[float]:
        """Return all values that the hub has for a task, open pull requests included."""
        return self.index.ask(lambda store: contents.values(store, dataset_id, task_id))

    @cached_property
    def left_out(self) -> Counter[LeftOut]:
        """What is missing from leaderboards, counted."""
        found = self.index.ask(contents.left_out)
        if self.index.unlisted:
            found[LeftOut(Reason.UNREADABLE_REPOS)] += len(self.index.unlisted)
        return found

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
        flag = f"--hub {quoted(self.root)}"
        otherwise = f"see them all: evalhub benchmarks {flag}"
        try:
            return self.benchmarks[look_up(name, self._benchmark_names(), "benchmark", otherwise)]
        except NotFoundError as error:
            self._refuse_invalid(name)
            if (id := meant(name, self._model_names())) is None:
                raise
            commands = f"evalhub model {quoted(id)} {flag}; evalhub conflicts --model {quoted(id)} {flag}"
            raise NotFoundError(error.message, f"{printable(id)} is a model: {commands}", error.close) from None

    def _benchmark_names(self) -> dict[str, tuple[str, ...]]:
        return {id: (id.split("/")[-1], each.name, *each.aliases) for id, each in self.benchmarks.items()}

    def model_ids(self) -> list[str]:
        """Return the ids of all models."""
        return self.index.ask(contents.model_ids)

    def _model_names(self) -> dict[str, tuple[str, ...]]:
        return {id: (id.split("/")[-1],) for id in self.model_ids()}

    def _refuse_invalid(self, name: str) -> None:
        """Raise where `name` means a dataset of the hub that is no benchmark only because its spec isn't valid."""
        invalid = {id: (id.split("/")[-1],) for id, snapshot in self.datasets.items() if snapshot.spec_invalid}
        with contextlib.suppress(NotFoundError):
            id = look_up(name, invalid, "dataset", "")
            hint = f"see what is wrong: evalhub validate {quoted(self.datasets[id].path)}"
            raise EvalhubError(f"{printable(id)} is no benchmark: its eval.yaml is not valid", hint)

    def _no_benchmarks(self) -> tuple[str, str]:
        where = shown(self.root)
        if not self.repos_there and not self.problems:
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
            count = partial(contents.counts, dataset_id=benchmark.dataset_id, task_ids=benchmark.spec.task_ids)
            models, results = self.index.ask(count)
            listed.append(BenchmarkSummary(benchmark, models, results))
        return sorted(listed, key=lambda summary: (not summary.benchmark.official, summary.benchmark.dataset_id))

    def spec_warnings(self) -> list[str]:
        """Return a sentence for each dataset whose `eval.yaml` isn't valid, so that it is no benchmark."""
        invalid = (snapshot for snapshot in self.datasets.values() if snapshot.spec_invalid)
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
        as_of: AsOf | datetime | str | None = None,
    ) -> Leaderboard:
        """Return one task's leaderboard: the benchmark's first task where `task` is None.

        `origin` counts only the author's or the community's results; `limit` keeps only the first rows. `as_of` ranks
        what stood at a moment in the past, by what the benchmark and the registry say now. Raises `EvalhubError` where
        the benchmark or task isn't there, the registry isn't valid, or the moment is none.
        """
        found = self.benchmark(benchmark)
        task_id = self.task_id(found, task)
        metric = self.registry.metric(found.dataset_id, task_id)
        policy, per, wanted = Policy(policy), Per(per), Origin(origin) if origin is not None else None
        then = as_moment(as_of)
        at = then.moment if then else None

        def rank(store: Store) -> tuple[Ranking, tuple[Row, ...]]:
            contenders = contents.contenders(store, found.dataset_id, task_id, wanted, at)
            ranking = leaderboard.rank(contenders, metric, policy, per)
            return ranking, ranking.rows(limit, lambda numbers: contents.scores(store, numbers, at))

        ranking, rows = self.index.ask(rank, timelines=at is not None)
        left_out = leaderboard.count_left_out(omissions.missing(self, found, at), found.dataset_id, task_id)
        return Leaderboard(
            found,
            task_id,
            metric,
            policy,
            per,
            datetime.now(UTC).replace(microsecond=0),
            rows,
            len(ranking.places),
            ranking.pull_requests,
            ranking.marked,
            left_out,
            tuple(omissions.warnings(self, found, left_out, at)),
            then,
        )

    def diff(
        self,
        benchmark: str,
        *,
        since: AsOf | datetime | str,
        until: AsOf | datetime | str | None = None,
        task: str | None = None,
        policy: Policy | str = Policy.BEST,
        per: Per | str = Per.MODEL,
        origin: Origin | str | None = None,
    ) -> BoardDiff:
        """Return what changed on one task's leaderboard from `since` until `until` (None: until now).

        The other options are those of `leaderboard`, as are the errors; `EvalhubError` too where `since` isn't before
        `until`.
        """
        from evalhub import board_diff  # slow to import, and one command needs it

        wanted = Origin(origin) if origin is not None else None
        before, after = (
            self.leaderboard(benchmark, task=task, policy=policy, per=per, origin=wanted, as_of=moment)
            for moment in board_diff.span(since, until)
        )
        return board_diff.compare(before, after, wanted)

    @cached_property
    def result_counts(self) -> dict[tuple[str, str], int]:
        """How many results there are of each dataset and task that results name, benchmarks or not."""
        return self.index.ask(contents.result_counts)

    def model_id(self, name: str) -> str:
        """Return the id of the model repo that `name` means: an id or its last part. Raises `EvalhubError`."""
        names = self._model_names()
        if not names:
            raise EvalhubError(f"no model repos in {shown(self.root)}", "name a directory with clones in it: --hub DIR")
        try:
            return look_up(name, names, "model", f"clone it into {quoted(self.root / 'models/ORG/NAME')}")
        except NotFoundError as error:
            id = None
            with contextlib.suppress(EvalhubError):  # an invalid registry is not what was asked about
                id = meant(name, self._benchmark_names())
            if id is None:
                raise
            hint = f"{printable(id)} is a benchmark: evalhub leaderboard {quoted(id)} --hub {quoted(self.root)}"
            raise NotFoundError(error.message, hint, error.close) from None

    def claims(self, dataset_id: str) -> list[Claim]:
        """Return what the committed results of all models claim of a dataset, for rules to compare."""
        return self.index.ask(lambda store: list(contents.claims(store, self.root, dataset_id=dataset_id)))

    def disagreeing(self, model_id: str | None = None) -> list[Score]:
        """Return the results of each model's task of which values of a variant differ, or of one model's tasks."""
        return self.index.ask(lambda store: contents.disagreeing(store, model_id))

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
        from evalhub.conflict_search import Sought, find_conflicts  # slow to import, and few commands need it
        from evalhub.conflicts import parse_tolerance

        sought = Sought(benchmark, task, model, parse_tolerance(str(tolerance)), limit)
        return find_conflicts(self, sought)

    def model_repo(self, name: str) -> RepoSnapshot:
        """Return the model repo that `name` means: an id or its last part. Raises `EvalhubError`."""
        return self._model(name)[0]

    def _model(self, name: str) -> tuple[RepoSnapshot, list[Score]]:
        id = self.model_id(name)
        found = self.index.ask(lambda store: contents.model(store, self.root, id))
        if found is None:
            raise EvalhubError(f"{printable(id)} has just been removed from the hub", "try again")
        return found

    def model(self, name: str) -> ModelResults:
        """Return all results of the model that `name` means. Raises `EvalhubError` where there is none."""
        snapshot, scores = self._model(name)
        standing = self.index.timeline(snapshot.path, snapshot.id).at(None)
        through = {_place(each.placed): each.through for each in standing}
        found = [
            ModelScore(score, self.benchmarks.get(score.result.dataset_id), through.get(_place(score.placed)))
            for score in scores
        ]
        found.sort(key=lambda item: _card_order(item.score))
        left_out = Counter(item.reason for item in snapshot.left_out)
        counts = {reason: left_out[reason] for reason in Reason if left_out[reason]}
        warnings = leaderboard.left_out_warnings(counts, quoted(snapshot.path))
        return ModelResults(snapshot.id, tuple(found), counts, warnings)


def _place(placed: PlacedResult) -> tuple[str, str, int]:
    return placed.place.ref, placed.filename, placed.index


def _card_order(score: Score) -> tuple[object, ...]:
    return (*score.result.series, score.origin, score.pull_request or 0, score.ref)
