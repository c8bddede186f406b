"""What stood in a model repository, and when: compared with plain git, and with what counts now."""

from __future__ import annotations

import pickle
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pygit2
import pytest
from gitrepos import FIRST_TIME, HubDir, Repo, entry
from histories import HOUR, STEPS, repository
from hypothesis import HealthCheck, given, settings

from evalhub import git, pulls
from evalhub.attribution import Attributor
from evalhub.proposed import Proposed
from evalhub.pulls import PullRef
from evalhub.result_reader import ResultReader
from evalhub.results import EvalResult, read_entries
from evalhub.snapshot import read_repo
from evalhub.standings import Standing, Timeline
from evalhub.timeline import read_timeline

ONE, TWO = {"hle.yaml": [entry(1)]}, {"hle.yaml": [entry(2)]}
TOOLS = {"tools.yaml": [entry(2, notes="With tools")]}
START = datetime.fromtimestamp(FIRST_TIME, UTC)


@pytest.fixture
def model(hub: HubDir) -> Repo:
    """A model with a commit by Ada that has no results."""
    return hub.model(bare=True)


def read(repo: Repo) -> Timeline:
    opened = git.open_repository(repo.path)
    refs = git.read_refs(opened)
    default = pulls.default_branch(opened, refs)
    assert default is not None
    return read_timeline(opened, str(repo.path), "org/model", default, refs)


def hours(moment: datetime | None) -> float | None:
    """Hours since the first commit."""
    return None if moment is None else (moment - START) / timedelta(hours=1)


def spans(timeline: Timeline, ref: str = "refs/heads/main") -> list[tuple[float, float | None, float | None]]:
    """Value, from when and until when (in hours), of what stood at a ref."""
    here = (each for each in timeline.standings if each.placed.place.ref == ref)
    return [(each.result.value, hours(each.since), hours(each.until)) for each in here]


def pull(timeline: Timeline, ref: str = "refs/pr/7"):
    (found,) = (each for each in timeline.pulls if each.ref == ref)
    return found


def only(timeline: Timeline, value: float, ref: str = "refs/heads/main") -> Standing:
    (found,) = (each for each in timeline.standings if each.placed.place.ref == ref and each.result.value == value)
    return found


# --- beside plain git -----------------------------------------------------------------------------------------------

several = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MOMENTS = [FIRST_TIME + HOUR * hour + extra for hour in range(13) for extra in (-1, 0)]


def git_results(repo: Repo, commit: str) -> Counter[tuple[str, EvalResult]]:
    """What plain git finds in the result files of a commit."""
    found: Counter[tuple[str, EvalResult]] = Counter()
    for path in repo.git("ls-tree", "-r", "--name-only", commit, ".eval_results/").splitlines():
        text = repo.git("cat-file", "blob", f"{commit}:{path}") + "\n"
        found.update((path, each) for each in read_entries(text.encode()).entries)
    return found


def default_at(timeline: Timeline, moment: int) -> Counter[tuple[str, EvalResult]]:
    standing = timeline.at(datetime.fromtimestamp(moment, UTC))
    return Counter((each.placed.filename, each.result) for each in standing if each.origin == "author")


@several
@given(STEPS)
def test_what_stood_on_the_default_branch_is_what_git_finds_before_that_moment(steps):
    with repository(steps) as repo:
        timeline = read(repo)
        held: dict[str, Counter[tuple[str, EvalResult]]] = {"": Counter()}
        for moment in MOMENTS:
            date = datetime.fromtimestamp(moment, UTC).isoformat()
            commit = repo.git("rev-list", "-1", "--first-parent", f"--before={date}", "main")
            if commit not in held:
                held[commit] = git_results(repo, commit)
            assert default_at(timeline, moment) == held[commit], date


class Then:
    """A repository as its refs were at a moment, and what `Proposed` finds in it."""

    def __init__(self, path: Path) -> None:
        self._repository = git.open_repository(path)
        self._reader = ResultReader(self._repository)
        refs = git.read_refs(self._repository)
        default = pulls.default_branch(self._repository, refs)
        assert default is not None
        self._line = self._first_parents(default.tip)
        self._pulls = pulls.pull_refs(refs, default)

    def _first_parents(self, tip: pygit2.Oid) -> list[pygit2.Commit]:
        line = [self._repository[tip]]
        while line[-1].parents:
            line.append(line[-1].parents[0])
        return line

    def _leads_to(self, tip: pygit2.Oid, id: pygit2.Oid) -> bool:
        return tip == id or self._repository.descendant_of(tip, id)

    def at(self, moment: int) -> set[tuple[str, str, EvalResult]]:
        found: set[tuple[str, str, EvalResult]] = set()
        default = next((each for each in self._line if each.commit_time <= moment), None)
        if default is None:
            return found
        proposed = Proposed(self._reader, git.Branch("refs/heads/main", default.id))
        for pull in self._pulls:
            tip = next((c for c in self._first_parents(pull.tip) if c.commit_time <= moment), None)
            if tip is not None and self._counts(pull, tip.id, default):
                for file in proposed.files(PullRef(pull.ref, tip.id, pull.number)):
                    held = self._reader.entries(file.file).entries
                    found |= {(pull.ref, file.file.path, held[index]) for index in file.indexes}
        return found

    def _counts(self, pull: PullRef, tip: pygit2.Oid, default: pygit2.Commit) -> bool:
        """Whether `tip` is the pull request's own, and what it builds on was there already."""
        for commit in self._first_parents(pull.tip):
            arrived = self._arrival(commit.id)
            others = {each.tip for each in self._pulls} - {pull.tip}
            if arrived != self._arrival(pull.tip) or commit.id in others or commit.id in self._ids:
                return False
            if commit.id == tip:
                break
        newest = next((each for each in self._line if self._leads_to(tip, each.id)), None)
        return newest is None or self._leads_to(default.id, newest.id)

    @property
    def _ids(self) -> set[pygit2.Oid]:
        return {each.id for each in self._line}

    def _arrival(self, id: pygit2.Oid) -> int:
        return max((index for index, each in enumerate(self._line) if self._leads_to(each.id, id)), default=-1)


@several
@given(STEPS)
def test_what_pull_requests_proposed_is_what_would_have_been_found_at_that_moment(steps):
    with repository(steps) as repo:
        timeline, then = read(repo), Then(repo.path)
        for moment in MOMENTS:
            standing = timeline.at(datetime.fromtimestamp(moment, UTC))
            found = {
                (each.placed.place.ref, each.placed.filename, each.result)
                for each in standing
                if each.origin == "community"
            }
            assert found == then.at(moment), moment


@several
@given(STEPS)
def test_what_stands_now_is_what_a_snapshot_has_with_the_same_credit(steps):
    with repository(steps) as repo:
        timeline = read(repo)
        snapshot = read_repo(repo.path.parents[2], repo.path)
        now = list(timeline.at(None))
        assert Counter(each.placed for each in now) == Counter(snapshot.results)
        attributor = Attributor(ResultReader(git.open_repository(repo.path)), str(repo.path))
        assert [(each.introduced, each.complete) for each in now] == [attributor.commit(each.placed) for each in now]


@several
@given(STEPS)
def test_credits_that_are_remembered_are_those_found_afresh(steps):
    with repository(steps) as repo:
        for each in read(repo).standings:
            fresh = Attributor(ResultReader(git.open_repository(repo.path)), str(repo.path))
            assert each.introduced == fresh.commit(each.placed)[0]


@several
@given(STEPS)
def test_standings_begin_before_they_end_and_can_be_kept(steps):
    with repository(steps) as repo:
        timeline = read(repo)
        assert all(each.until is None or each.since <= each.until for each in timeline.standings)
        assert all((each.ended is None) == (each.until is None) == (each.ending is None) for each in timeline.standings)
        assert pickle.loads(pickle.dumps(timeline)) == timeline
        assert (timeline.problems, timeline.complete) == ((), True)
