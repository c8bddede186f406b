"""What stood in a model repository, and when: compared with plain git, and with what counts now."""

from __future__ import annotations

import pickle
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pygit2
import pytest
from costs import budget
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
from evalhub.standings import Ending, KnownFrom, MergeKind, PullState, Standing, Through, Timeline
from evalhub.timeline import open_timeline, read_timeline

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


# --- the default branch ---------------------------------------------------------------------------------------------


def test_a_result_stands_from_its_commit_until_the_one_that_changes_it(model):
    model.commit(ONE)
    changed = model.commit(TWO)
    timeline = read(model)
    assert spans(timeline) == [(1, 1, 2), (2, 2, None)]
    first = only(timeline, 1)
    assert first.ended is not None
    assert (first.ended.id, first.ending, timeline.changes) == (changed, Ending.CHANGED, (first.landed.id, changed))


def test_other_commits_do_not_end_it(model):
    model.commit(ONE)
    model.commit({"./README.md": "new"})
    model.commit({"more.yaml": [entry(2, notes="more")]})
    assert spans(read(model)) == [(1, 1, None), (2, 3, None)]


def test_a_deleted_result_ends_and_may_come_back(model):
    model.commit(ONE)
    model.commit({"hle.yaml": None})
    model.commit(ONE)
    timeline = read(model)
    assert spans(timeline) == [(1, 1, 2), (1, 3, None)]
    assert timeline.standings[0].ending is Ending.REMOVED


def test_a_file_that_is_not_valid_holds_nothing(model):
    model.commit(ONE)
    model.commit({"hle.yaml": "]["})
    model.commit({"hle.yaml": [entry(1), entry("bad")]})
    assert spans(read(model)) == [(1, 1, 2), (1, 3, None)]


def test_another_source_is_another_standing_of_the_same_number(model):
    commit = model.commit(ONE, author="Grace")
    model.commit({"hle.yaml": [entry(1, source={"url": "https://example.org"})]})
    timeline = read(model)
    assert spans(timeline) == [(1, 1, 2), (1, 2, None)]
    assert [each.introduced.id for each in timeline.standings] == [commit, commit]


def test_a_renamed_file_is_another_standing_of_the_same_number(model):
    commit = model.commit(ONE)
    model.commit({"hle.yaml": None, "exam.yaml": [entry(1)]})
    timeline = read(model)
    assert [each.placed.filename for each in timeline.standings] == [
        ".eval_results/hle.yaml",
        ".eval_results/exam.yaml",
    ]
    assert {each.introduced.id for each in timeline.standings} == {commit}


def test_two_equal_entries_of_a_file_both_stand(model):
    model.commit({"hle.yaml": [entry(1), entry(1)]})
    model.commit(ONE)
    assert spans(read(model)) == [(1, 1, None), (1, 1, 2)]


def test_commits_of_one_second_all_leave_a_standing_and_the_last_one_has_the_moment(model):
    for files in (ONE, TWO):
        model.commit(files, time="2026-01-02T00:00:00+00:00")
    timeline = read(model)
    assert spans(timeline) == [(1, 24, 24), (2, 24, None)]
    assert [each.result.value for each in timeline.at(START + timedelta(hours=24))] == [2]


def test_a_commit_that_is_dated_before_its_parent_hides_it(model):
    model.commit(ONE, time="2026-01-05T00:00:00+00:00")
    model.commit(TWO, time="2026-01-03T00:00:00+00:00")
    assert spans(read(model)) == [(1, 48, 48), (2, 48, None)]


@pytest.mark.parametrize("seconds", [0, 253402300800, 2**62])
def test_a_commit_from_before_or_after_all_time_does_no_harm(model, seconds):
    stream = f"commit refs/heads/main\ncommitter Ada <a@b> {seconds} +0000\ndata 0\n"
    stream += "M 100644 inline .eval_results/hle.yaml\ndata <<E\n"
    stream += "- {dataset: {id: cais/hle, task_id: hle}, value: 1}\nE\n"
    model.git("fast-import", "--quiet", "--force", "--date-format=raw-permissive", stdin=stream.encode())
    assert [each.result.value for each in read(model).at(None)] == [1]


# --- pull requests --------------------------------------------------------------------------------------------------


def test_an_open_pull_request(hub):
    model = hub.model(files=ONE, bare=True)
    ref = model.pull(7, TOOLS, author="Grace")
    timeline = read(model)
    assert spans(timeline, ref) == [(2, 1, None)]
    found = pull(timeline)
    assert (found.state, found.author, hours(found.opened), found.tip) == (PullState.OPEN, "Grace", 1, model.tip(ref))


def test_a_pull_request_that_changes_its_value(hub, model):
    ref = model.pull(7, ONE)
    model.pull(7, TWO)
    timeline = read(model)
    assert spans(timeline, ref) == [(1, 1, 2), (2, 2, None)]
    assert only(timeline, 1, ref).ending is Ending.CHANGED


def test_a_pull_request_that_takes_its_value_back(hub, model):
    ref = model.pull(7, ONE)
    model.pull(7, {"hle.yaml": None})
    timeline = read(model)
    assert (spans(timeline, ref), only(timeline, 1, ref).ending) == ([(1, 1, 2)], Ending.REMOVED)


def test_a_merge_commit(hub, model):
    ref = model.pull(7, ONE, author="Grace")
    model.commit({"./README.md": "meanwhile"})
    merge = model.merge(ref)
    timeline = read(model)
    assert (spans(timeline), spans(timeline, ref)) == ([(1, 3, None)], [(1, 1, 3)])
    found = pull(timeline)
    assert found.merged is not None
    assert (found.state, found.how, found.merged.id) == (PullState.MERGED, MergeKind.MERGE, merge)
    standing = only(timeline, 1)
    assert (standing.introduced.author, standing.landed.id) == ("Grace", merge)
    assert standing.through == Through(7, ref, KnownFrom.REF)
    assert only(timeline, 1, ref).ending is Ending.MERGED


def test_a_squash_merge(hub, model):
    ref = model.pull(7, ONE)
    squash = model.commit(ONE, message="Add HLE (#7)")
    timeline = read(model)
    found = pull(timeline)
    assert found.merged is not None
    assert (found.state, found.how, found.merged.id) == (PullState.MERGED, MergeKind.SQUASH, squash)
    assert (spans(timeline, ref), only(timeline, 1, ref).ending) == ([(1, 1, 2)], Ending.ARRIVED)
    assert only(timeline, 1).through == Through(7, ref, KnownFrom.ENTRY)


def test_a_fast_forward_tells_only_that_it_was_merged(hub, model):
    ref = model.pull(7, ONE)
    model.set("main", model.tip(ref))
    timeline = read(model)
    found = pull(timeline)
    assert (found.state, found.how, found.merged, found.opened) == (
        PullState.MERGED,
        MergeKind.FAST_FORWARD,
        None,
        None,
    )
    assert (spans(timeline, ref), only(timeline, 1).through) == ([], None)


def test_of_several_with_the_same_entry_the_squash_names_the_one(hub, model):
    for number in (7, 8, 9):
        model.pull(number, ONE)
    model.commit(ONE, message="Add HLE (#8)")
    assert only(read(model), 1).through == Through(8, "refs/pr/8", KnownFrom.ENTRY)


def test_a_pull_request_of_which_half_was_squashed_is_open(hub, model):
    ref = model.pull(7, {**ONE, **TOOLS})
    model.commit(ONE)
    timeline = read(model)
    assert (pull(timeline).state, spans(timeline, ref)) == (PullState.OPEN, [(1, 1, 2), (2, 1, None)])


def test_what_a_later_commit_brings_was_not_proposed_before_it(hub, model):
    ref = model.pull(7, ONE)
    model.pull(7, {**ONE, **TOOLS})
    assert spans(read(model), ref) == [(1, 1, None), (2, 2, None)]


def test_work_that_goes_on_after_a_merge_begins_there_whatever_its_date(hub, model):
    ref = model.pull(7, ONE)
    merge = model.merge(ref)
    model.commit({**ONE, **TOOLS}, on=ref, also=[merge], time="2026-01-01T01:00:00+00:00")
    assert spans(read(model), ref) == [(2, 2, None)]


def test_a_pull_request_on_another_one_is_opened_by_its_own_commit(hub, model):
    model.pull(7, ONE)
    model.pull(8, TOOLS, start=model.tip("refs/pr/7"), author="Edsger")
    timeline = read(model)
    assert (pull(timeline, "refs/pr/8").author, hours(pull(timeline, "refs/pr/8").opened)) == ("Edsger", 2)
    assert spans(timeline, "refs/pr/8") == [(1, 2, None), (2, 2, None)]


def test_a_local_branch_is_a_pull_request_without_a_number(hub, model):
    model.commit(ONE, on="evalhub/hle", start=model.tip())
    found = pull(read(model), "refs/heads/evalhub/hle")
    assert (found.number, found.state) == (None, PullState.OPEN)


@pytest.mark.parametrize(
    ("message", "number", "ref"),
    [
        ("Merge pull request #12 from ada/hle", 12, None),
        ("Merge refs/pr/12", 12, None),
        ("Merge commit 'refs/pull/12/head'", 12, None),
        ("Merge branch 'x' into 'main'\n\nAdd HLE\n\nSee merge request org/model!12", 12, None),
        ("Merge branch 'evalhub/hle'", None, "refs/heads/evalhub/hle"),
        ("Merge remote-tracking branch 'origin/evalhub/hle'", None, "refs/heads/evalhub/hle"),
    ],
)
def test_a_merge_commit_names_its_pull_request_when_no_ref_does(hub, model, message, number, ref):
    model.commit(ONE, on="work", start=model.tip())
    model.commit(ONE, also=[model.tip("work")], message=message)
    model.git("update-ref", "-d", "refs/heads/work")
    assert only(read(model), 1).through == Through(number, ref, KnownFrom.MERGE)


@pytest.mark.parametrize(
    ("message", "through"),
    [
        ("Add HLE (#12)", Through(12, None, KnownFrom.MESSAGE)),
        ("Add HLE (#12)\n\nCo-authored-by: Grace", Through(12, None, KnownFrom.MESSAGE)),
        ("Add HLE, see (#12) there", None),
        ("Add HLE\n\n(#12)", None),
        ("Add HLE (#0)", None),
    ],
)
def test_a_title_that_ends_in_a_number_is_a_claim(model, message, through):
    model.commit(ONE, message=message)
    assert only(read(model), 1).through == through


def test_what_is_known_of_a_number_stays_when_only_its_source_changes(model):
    model.commit(ONE, message="Add HLE (#12)")
    model.commit({"hle.yaml": [entry(1, source={"url": "https://example.org"})]})
    assert [each.through and each.through.number for each in read(model).standings] == [12, 12]


# --- what can't be read ---------------------------------------------------------------------------------------------


def test_a_shallow_clone_says_that_it_does_not_know_the_beginning(hub, tmp_path):
    server = Repo.create(tmp_path / "server", ONE, bare=True)
    server.commit({"./README.md": "new"})
    server.commit(TWO)
    timeline = read(server.clone(tmp_path / "clone", "--depth=2"))
    assert (timeline.complete, timeline.problems) == (False, ())
    assert [(each.result.value, each.complete) for each in timeline.standings] == [(1, False), (2, True)]


def test_a_pull_request_in_a_clone_too_shallow_for_it_is_a_problem(hub, tmp_path):
    server = Repo.create(tmp_path / "server", ONE, bare=True)
    server.pull(7, TOOLS)
    server.commit({"./README.md": "moved on"})
    clone = server.clone(tmp_path / "clone", "--depth=1")
    clone.git("fetch", "-q", "--depth=1", "origin", "refs/pr/7:refs/pr/7")
    timeline = read(clone)
    assert [(each.code, each.file.ref) for each in timeline.problems] == [("EH002", "refs/pr/7")]
    assert "--unshallow" in str(timeline.problems[0].hint)
    assert pull(timeline).state is PullState.UNKNOWN


@pytest.mark.parametrize("corrupt", [False, True])
@pytest.mark.parametrize("what", ["main~1", "main~1^{tree}", "main~1:.eval_results", "main~1:.eval_results/hle.yaml"])
def test_a_hole_in_the_history_is_a_problem_and_the_rest_is_read(hub, model, what, corrupt):
    model.commit(ONE)
    model.commit(TWO)
    model.commit({"hle.yaml": [entry(3)]})
    model.lose(what, corrupt=corrupt)
    timeline = read(model)
    assert [each.code for each in timeline.problems] == ["EH002"]
    assert [each.result.value for each in timeline.at(None)] == [3]
    assert not only(timeline, 3).complete


def test_thousands_of_files_that_a_partial_clone_lacks_are_one_problem(hub, tmp_path):
    server = Repo.create(tmp_path / "server", ONE, bare=True)
    server.git("config", "uploadpack.allowFilter", "true")
    server.history([{"hle.yaml": [entry(value)]} for value in range(20)])
    timeline = read(server.clone(tmp_path / "clone", "--filter=blob:none"))
    assert len(timeline.problems) == 1
    assert "more)" in timeline.problems[0].message
    assert [(each.result.value, each.complete) for each in timeline.standings] == [(19, False)]


@pytest.mark.parametrize("what", ["refs/pr/7", "refs/pr/7^{tree}", "refs/pr/7:.eval_results/tools.yaml", "main"])
def test_nothing_that_is_missing_raises(hub, model, what):
    model.pull(7, TOOLS)
    model.commit(ONE)
    model.lose(what)
    assert {each.code for each in read(model).problems} == {"EH002"}


def test_a_path_without_a_repository_is_a_problem(tmp_path):
    timeline = open_timeline(tmp_path, "org/none")
    assert ([each.code for each in timeline.problems], timeline.complete) == (["EH001"], False)


def test_an_empty_repository_is_a_problem(tmp_path):
    assert [each.code for each in open_timeline(Repo.create(tmp_path / "x").path, "org/x").problems] == ["EH004"]


# --- speed ----------------------------------------------------------------------------------------------------------


def timed(repo: Repo) -> tuple[Timeline, float]:
    begun = time.process_time()
    return read(repo), time.process_time() - begun


def test_3000_commits_to_other_files_take_no_time(hub):
    model = hub.model(files=ONE, bare=True)
    model.history([{"./README.md": f"{number}"} for number in range(3000)])
    timeline, seconds = timed(model)
    assert spans(timeline) == [(1, 0, None)]
    assert seconds < budget(1)


def test_2000_commits_that_only_change_the_source_take_little_time(hub):
    text = "- {dataset: {id: cais/hle, task_id: hle}, value: 1, source: {url: 'https://example.org/%d'}}\n"
    model = hub.model(bare=True)
    model.history([{"hle.yaml": text % number} for number in range(2000)])
    timeline, seconds = timed(model)
    assert len(timeline.standings) == 2000
    assert len({each.introduced.id for each in timeline.standings}) == 1
    assert seconds < budget(4)


def test_1000_pull_requests_take_little_time(hub):
    model = hub.model(files=ONE, bare=True)
    stream = []
    for number in range(1, 1001):
        text = f"- {{dataset: {{id: cais/hle, task_id: hle}}, value: {number + 1}}}\n"
        stream.append(
            f"commit refs/pr/{number}\ncommitter Eve <e@e> {FIRST_TIME + 60 * number} +0000\ndata 1\nx\n"
            f"from {model.tip()}\nM 100644 inline .eval_results/p.yaml\ndata {len(text)}\n{text}\n"
        )
    model.git("fast-import", "--quiet", stdin="".join(stream).encode())
    timeline, seconds = timed(model)
    assert sum(each.state is PullState.OPEN for each in timeline.pulls) == 1000
    assert len(timeline.standings) == 1001
    assert seconds < budget(4)
