"""What rules find in results: values, dates, revisions, sources, notes, file names, tokens and copies."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from costs import budget
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalhub import rules
from evalhub.benchmarks import Spec, Task
from evalhub.checking import check_files
from evalhub.checkouts import SourceFile, source_file
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.names import printable
from evalhub.registry import Metric, RegisteredBenchmark, Registry
from evalhub.rules.peers import Claim, Peers
from evalhub.rules.subjects import Context, History, ParsedFile, Revision
from evalhub.rules.wording import usual_wordings
from evalhub.terms import Direction, Scale
from evalhub.yaml_source import parse

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NO_METRIC = Metric()
COMMIT, OLD = "c0ffee" + "0" * 34, "01d" + "0" * 37
TASK = {"id": "hle", "split": "test", "solvers": [{"name": "generate"}]}


@dataclass
class Past:
    """A dataset's history, as told: `tasks` are its task `hle` by commit, with None for the default branch."""

    since: datetime | None = None
    complete: bool = True
    revisions: dict[str, Revision] = field(default_factory=dict)
    tasks: dict[str | None, dict[str, Any]] = field(default_factory=dict)

    def begun(self) -> datetime | None:
        return self.since

    def resolve(self, revision: str) -> Revision | None:
        return self.revisions.get(revision)

    def task(self, task_id: str, commit: str | None = None) -> dict[str, Any] | None:
        return self.tasks.get(commit) if task_id == "hle" else None


def _spec(name: str, *tasks: str) -> Spec:
    return Spec(name, "A benchmark.", "mteb", tuple(Task(task, "default", "test") for task in tasks))


SPECS = {
    "cais/hle": _spec("Humanity's Last Exam", "hle"),
    "cais/mmlu": _spec("MMLU", "all"),
    "TIGER-Lab/MMLU-Pro": _spec("MMLU-Pro", "mmlu_pro"),
    "Idavidrein/gpqa": _spec("GPQA", "diamond"),
    "org/ab": _spec("Ab", "xy"),
}


def _registry(metric: Metric = NO_METRIC, aliases: tuple[str, ...] = ()) -> Registry:
    return Registry({id: RegisteredBenchmark(id, aliases if id == "cais/hle" else (), metric) for id in SPECS})


def _context(metric: Metric = NO_METRIC, past: History | None = None) -> Context:
    return Context(SPECS, frozenset(), _registry(metric), lambda id: past if id == "cais/hle" else None, NOW)


def _claim(value: float = 50, notes: str = "", model: str = "org/other") -> Claim:
    """Return what another result claims."""
    file = FileRef(".eval_results/hle.yaml", model)
    return Claim(file, 0, 1, "cais/hle", "hle", value, notes, model)


def _entry(value: object = 41.2, dataset: str = "cais/hle", task: str = "hle", **more: object) -> dict[str, Any]:
    return {"dataset": {"id": dataset, "task_id": task}, "value": value, **more}


def _check(
    entry: object,
    context: Context | None = None,
    others: Iterable[Claim] = (),
    path: str = ".eval_results/hle.yaml",
    card: dict[str, Any] | None = None,
) -> list[Diagnostic]:
    text = entry if isinstance(entry, str) else yaml.safe_dump(entry if isinstance(entry, list) else [entry])
    source = source_file(FileRef(path, "org/model"), text)
    source = SourceFile(source.file, source.read, lambda: card or {})
    (checked,) = check_files([source], context or _context(), elsewhere=lambda: others)
    return list(checked.diagnostics)


def _codes(found: Iterable[Diagnostic]) -> list[str]:
    return [one.code for one in found]


def _only(found: list[Diagnostic], code: str) -> Diagnostic:
    assert _codes(found) == [code], found
    return found[0]


def _marked(found: Diagnostic) -> str:
    """Return the text under the caret."""
    assert found.span is not None
    assert found.source_line is not None
    return found.source_line[found.span.column - 1 : found.span.end_column - 1]


def test_a_good_entry_has_no_findings() -> None:
    entry = _entry(date="2026-01-31", source={"url": "https://example.org/a", "org": "org"}, notes="With tools")
    assert _check(entry) == []


# --- EH210: values out of range -------------------------------------------------------------------------------------

PERCENT, FRACTION = Metric(scale=Scale.PERCENT), Metric(scale=Scale.FRACTION)
ERROR_RATE = Metric(direction=Direction.LOWER, scale=Scale.PERCENT)


@pytest.mark.parametrize(
    ("metric", "value"),
    [(PERCENT, 100.1), (PERCENT, 412), (PERCENT, -100.5), (FRACTION, 1.01), (FRACTION, -2), (ERROR_RATE, -101)],
)
def test_a_value_that_the_scale_does_not_have_is_found_at_the_value(metric: Metric, value: float) -> None:
    found = _only(_check(_entry(value), _context(metric)), "EH210")
    assert (_marked(found), found.is_error) == (str(value), False)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        *[(PERCENT, value) for value in (0, 100, 41.2, -3.5, -100)],
        *[(FRACTION, value) for value in (0, 1, 0.412, -0.1, -1)],
        (ERROR_RATE, 130),
        (Metric(direction=Direction.LOWER, scale=Scale.FRACTION), 1.3),
        (Metric(), 1234),
    ],
)
def test_a_value_that_the_scale_has_is_fine(metric: Metric, value: float) -> None:
    assert _check(_entry(value), _context(metric)) == []


@pytest.mark.parametrize(("others", "code"), [([_claim(0.5)], "EH209"), ([], "EH210"), ([_claim(50)], "EH210")])
def test_a_value_is_on_the_other_scale_or_out_of_range_but_never_both(others: list[Claim], code: str) -> None:
    assert _codes(_check(_entry(41.2), _context(FRACTION), others)) == [code]


def test_a_value_that_is_not_finite_is_told_once() -> None:
    assert _codes(_check("- dataset: {id: cais/hle, task_id: hle}\n  value: .inf\n", _context(PERCENT))) == ["EH202"]


# --- EH211 and EH212: dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("date", ["2026-05-03", "2026-05-02T12:00:01Z", "2206-01-31", "9999-12-31", "9999-12-31T23:59"])
def test_a_date_that_has_not_come_is_an_error_at_the_date(date: str) -> None:
    found = _only(_check(_entry(date=date)), "EH211")
    assert (date in _marked(found), found.is_error) == (True, True)


@pytest.mark.parametrize("date", ["2026-05-01", "2026-05-02", "2026-05-02T12:00:00Z", "2026-05-02T23:00:00+14:00"])
def test_a_date_is_not_in_the_future_where_it_is_today_somewhere(date: str) -> None:
    assert _check(_entry(date=date)) == []


def test_a_date_in_the_future_is_told_with_what_day_it_is() -> None:
    assert "today is 2026-05-01" in _check(_entry(date="2026-06-01"))[0].message


BEGUN = Past(datetime(2026, 1, 10, 15, tzinfo=UTC))


@pytest.mark.parametrize("date", ["2026-01-08", "2026-01-08T23:59:59Z", "1999-01-01"])
def test_a_date_before_the_dataset_is_a_warning_at_the_date(date: str) -> None:
    found = _only(_check(_entry(date=date), _context(past=BEGUN)), "EH212")
    assert (date in _marked(found), found.is_error, "2026-01-10" in found.message) == (True, False, True)


@pytest.mark.parametrize("date", ["2026-01-09", "2026-01-10", "2026-01-10T01:00:00Z", "2026-04-01"])
def test_a_date_from_the_dataset_s_first_day_on_is_fine(date: str) -> None:
    assert _check(_entry(date=date), _context(past=BEGUN)) == []


@pytest.mark.parametrize("past", [None, Past(), Past(complete=False)])
def test_where_nobody_knows_when_the_dataset_began_any_date_is_fine(past: Past | None) -> None:
    assert _check(_entry(date="1999-01-01"), _context(past=past)) == []


@pytest.mark.parametrize("date", ["2026-02-30", "soon"])
def test_what_is_no_date_is_told_once(date: str) -> None:
    assert len(_check(_entry(date=date), _context(past=BEGUN))) == 1


# --- EH213 and EH214: revisions -------------------------------------------------------------------------------------


def _at(revision: object, past: History | None) -> list[Diagnostic]:
    entry = _entry()
    entry["dataset"]["revision"] = revision
    return _check(entry, _context(past=past))


def test_a_revision_that_the_clone_does_not_have_is_a_warning_at_the_revision() -> None:
    found = _only(_at(COMMIT, Past()), "EH213")
    assert (COMMIT in _marked(found), found.is_error, "fetch" in (found.hint or "")) == (True, False, True)


def test_a_branch_is_found_and_the_commit_it_is_today_is_told() -> None:
    found = _only(_at("main", Past(revisions={"main": Revision(COMMIT, moves=True)})), "EH213")
    assert COMMIT in (found.hint or "")


@pytest.mark.parametrize("past", [None, Past(complete=False), Past(revisions={COMMIT: Revision(COMMIT)})])
def test_a_revision_is_fine_where_it_is_known_or_cannot_be(past: Past | None) -> None:
    assert _at(COMMIT, past) == []


AT_OLD = Revision(OLD)


def _changed(then: dict[str, Any] | None, now: dict[str, Any] | None, revision: Revision = AT_OLD) -> Past:
    tasks = {commit: task for commit, task in ((OLD, then), (None, now)) if task is not None}
    return Past(revisions={"v1": revision}, tasks=tasks)


@pytest.mark.parametrize(
    ("now", "keys"),
    [
        ({**TASK, "split": "train"}, ["split"]),
        ({**TASK, "split": "train", "epochs": 4}, ["split", "epochs"]),
        ({"id": "hle", "split": "test"}, ["solvers"]),
        ({**TASK, "solvers": [{"name": "generate", "args": {"n": 2}}]}, ["solvers"]),
    ],
)
def test_a_task_that_changed_since_is_a_warning_that_names_the_keys(now: dict[str, Any], keys: list[str]) -> None:
    found = _only(_at("v1", _changed(TASK, now)), "EH214")
    assert (_marked(found), found.is_error) == ("v1", False)
    assert all(f"`{key}`" in found.message for key in keys)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (TASK, dict(TASK)),
        (TASK, {**TASK, "config": "default", "epochs": 1}),
        ({"id": "hle"}, {"id": "hle", "split": "test"}),
        (None, TASK),
        (TASK, None),
    ],
)
def test_a_task_that_is_the_same_or_not_known_is_fine(then: dict[str, Any] | None, now: dict[str, Any] | None) -> None:
    assert _at("v1", _changed(then, now)) == []


def test_a_branch_whose_task_changed_is_told_once() -> None:
    assert _codes(_at("v1", _changed(TASK, {"id": "hle"}, Revision(OLD, moves=True)))) == ["EH213"]


# --- EH215, EH216 and EH217: where a source is ----------------------------------------------------------------------


def _source(url: str) -> list[Diagnostic]:
    return _check(_entry(source={"url": url}))


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "https://huggingface.co/datasets/org/name/resolve/main/.eval_results/a.yaml?download=true#L3",
        "http://intranet/report",
        "https://hub.corp.example:8443/x",
        "http://192.168.1.7/x",
        "http://10.0.0.1:8080",
        "https://[2001:db8::1]:8080/x",
        "HTTPS://EXAMPLE.ORG/",
        "https://bücher.example/é",
        "https://medium.com/@org/post",
        "https://example.org/a,b;c='d'(e)*!$&f=~",
        "https://example.org/search?tokens=5&keyword=x",
        "https://github.com/huggingface/hf_transfer",
        "https://example.org/127.0.0.1/file:/localhost",
        "https://localhost.example.org/",
    ],
)
def test_a_web_address_is_fine(url: str) -> None:
    assert _source(url) == []


UNUSABLE = {
    "example.org/x": "https://example.org/x",
    "www.example.org": "https://www.example.org",
    "//example.org/x": "https://example.org/x",
    "htp://example.org/x": "https://example.org/x",
    "htps://example.org/x": "https://example.org/x",
    "https:example.org/x": "https://example.org/x",
    "http:/example.org/x": "http://example.org/x",
    "https://example.org/my report": "https://example.org/my%20report",
    " https://example.org/x ": "https://example.org/x",
    "2501.14249": "https://arxiv.org/abs/2501.14249",
    "arXiv:2501.14249v2": "https://arxiv.org/abs/2501.14249v2",
    "arxiv:cs/0112017": "https://arxiv.org/abs/cs/0112017",
    "arxiv.org/abs/2501.14249": "https://arxiv.org/abs/2501.14249",
    "10.1000/xyz123": "https://doi.org/10.1000/xyz123",
    "doi:10.1000/xyz123": "https://doi.org/10.1000/xyz123",
}
BEYOND_HELP = [
    "model card",
    "javascript:alert(1)",
    "https://",
    "https:///",
    "https://.",
    "https://a..b/",
    "ftp://a.b/x",
]
BEYOND_HELP += ["mailto:ada@example.org", "git@github.com:a/b", "ssh://git@github.com/a/b", "README.md", "?", "data:,x"]
BEYOND_HELP += [
    "https://exa\u202emple.org/",
    "https://exa mple.org",
    "https://a.b:999999/",
    "https://<host>/",
    "x" * 5000,
]


@pytest.mark.parametrize("url", [*UNUSABLE, *BEYOND_HELP])
def test_what_is_no_web_address_is_an_error_at_the_url(url: str) -> None:
    found = _only(_source(url), "EH215")
    assert found.is_error
    assert found.source_line is not None
    assert found.span is not None
    assert found.source_line[: found.span.column - 1].strip() == "url:"


@pytest.mark.parametrize("url", UNUSABLE)
def test_what_was_meant_is_told(url: str) -> None:
    assert _source(url)[0].hint == f"write {UNUSABLE[url]}"


@pytest.mark.parametrize("url", UNUSABLE.values())
def test_what_is_advised_is_fine(url: str) -> None:
    assert _source(url) == []


SECRET = "s3cr3tS3cr3tS3cr3tS3cr3t"
WITH_SECRET = [
    f"https://ada:{SECRET}@example.org/x",
    f"https://{SECRET}@example.org/x",
    f"https://hf_{SECRET}@huggingface.co/org/model",
    f"https://:{SECRET}@example.org",
    f"https://ada:{SECRET}/{SECRET}@example.org",
    f"https://ada:a {SECRET}@example.org",
    f"ada:{SECRET}@example.org/x",
    f"ada:{SECRET}@localhost/x",
    f"//ada:{SECRET}@example.org/x",
    f"htp://ada:{SECRET}@example.org/x",
    f"https:/ada:{SECRET}@example.org/x",
    f"http://ada:{SECRET}@localhost:8080/x",
    f"file://ada:{SECRET}@host/x",
    f"https://example.org/x?token={SECRET}",
    f"https://example.org/x?a=1&access_token={SECRET}&b=2",
    f"https://example.org/x?API_KEY={SECRET}",
    f"https://example.org/x?key={SECRET}#top",
    f"https://example.org/x?se=1&sig={SECRET}",
    f"https://bucket.example.org/x?X-Amz-Date=1&X-Amz-Signature={SECRET}",
    f"https://example.org/#access_token={SECRET}",
    f"https://example.org/x?t=hf_{SECRET}",
    f"https://example.org/hf_{SECRET}/x",
    f"/home/x?token={SECRET}",
]


@pytest.mark.parametrize("url", WITH_SECRET)
def test_a_url_with_a_secret_is_one_error_at_the_url(url: str) -> None:
    found = _only(_source(url), "EH216")
    assert (found.is_error, "revoke" in (found.hint or "")) == (True, True)


LOCAL = [
    "file:///home/ada/x",
    "file:x",
    "/home/ada/x",
    "~",
    "~/x",
    "~ada/x",
    "./x",
    "../x",
    "C:\\x",
    "c:/x",
    "\\\\pc\\x",
]
LOCAL += [
    "http://localhost",
    "https://LOCALHOST:8000/x",
    "http://localhost./",
    "http://a.localhost/x",
    "localhost:80/x",
]
LOCAL += [
    "http://127.0.0.1/x",
    "http://127.8.9.1:80",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "127.0.0.1",
]
LOCAL += ["http://[::1]/", "http://[::1]:80/x", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/"]
LOCAL += ["http://0.0.0.0:8080/", "http://0/", "http://[::]/", "~/" + "x" * 5000]


@pytest.mark.parametrize("url", LOCAL)
def test_a_source_on_one_machine_is_an_error_at_the_url(url: str) -> None:
    found = _only(_source(url), "EH217")
    assert (found.is_error, found.hint is not None) == (True, True)


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=30)
    | st.sampled_from([*WITH_SECRET, *LOCAL, *UNUSABLE]).flatmap(lambda url: st.text().map(url.__add__))
)
def test_a_url_has_one_finding_at_most(url: str) -> None:
    entry = json.dumps([_entry(source={"url": url})])
    assert len(set(_codes(_check(entry))) & {"EH215", "EH216", "EH217"}) <= 1


# --- EH218: attributions --------------------------------------------------------------------------------------------


def test_two_attributions_are_a_warning_at_the_second_key() -> None:
    found = _only(_check(_entry(source={"url": "https://example.org", "user": "ada", "org": "org"})), "EH218")
    assert (_marked(found), found.is_error) == ("org", False)


@pytest.mark.parametrize("who", [{}, {"user": "ada"}, {"org": "org"}])
def test_one_attribution_is_fine(who: dict[str, str]) -> None:
    assert _check(_entry(source={"url": "https://example.org", **who})) == []


# --- EH219: notes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "notes", ["with tools", "With tools.", "with-tools", "WITH_TOOLS", '"With tools"', "(With  tools!)"]
)
def test_notes_that_others_write_otherwise_are_a_warning_at_the_notes(notes: str) -> None:
    found = _only(_check(_entry(notes=notes), others=[_claim(notes="With tools")] * 2), "EH219")
    assert (notes in _marked(found), found.is_error) == (True, False)


def test_notes_are_to_be_written_as_most_results_do() -> None:
    others = [*[_claim(notes="With tools")] * 3, *[_claim(notes="with-tools")] * 2]
    assert _check(_entry(notes="with-tools"), others=others)[0].hint == "write them as the others do: With tools"


@pytest.mark.parametrize(
    ("notes", "other"),
    [
        ("With tools", "With tools"),
        ("With tools", "No tools"),
        ("2.8", "±2.8"),
        ("2.8", "-2.8"),
        ("2.8", "28"),
        ("1 000", "1,000"),
        ("10-shot", "1 0-shot"),
        ("pass@1", "pass 1"),
        ("n=4", "n 4"),
        ("+tools", "tools"),
        ("a/b", "ab"),
    ],
)
def test_notes_that_may_mean_something_else_are_fine(notes: str, other: str) -> None:
    assert _check(_entry(notes=notes), others=[_claim(notes=other)] * 2) == []


def test_notes_of_other_benchmarks_do_not_count() -> None:
    other = replace(_claim(notes="With tools"), dataset_id="cais/mmlu")
    assert _check(_entry(notes="with tools"), others=[other] * 2) == []


def test_of_wordings_that_are_as_frequent_the_first_in_order_is_the_usual_one() -> None:
    assert usual_wordings(Counter(["b c", "B c", "b-c", "x"])) == {"b c": "B c", "B c": "B c", "b-c": "B c", "x": "x"}


@pytest.mark.parametrize("notes", ["5-shot", "5 shot", "v1.5 (beta)", "GPT-4 judge"])
def test_numbers_that_are_the_same_do_not_keep_wordings_apart(notes: str) -> None:
    other = notes.replace("-", "_").upper()
    assert len(set(usual_wordings(Counter([notes, other])).values())) == 1


# --- EH220: file names ----------------------------------------------------------------------------------------------


def _named(name: str, dataset: str, task: str, **more: object) -> list[Diagnostic]:
    return _check(_entry(1, dataset, task, **more), path=f".eval_results/{name}.yaml")


@pytest.mark.parametrize(
    ("name", "dataset", "task"),
    [
        ("hle", "cais/hle", "hle"),
        ("HLE", "cais/hle", "hle"),
        ("hle_with_tools", "cais/hle", "hle"),
        ("humanitys-last-exam", "cais/hle", "hle"),
        ("last_exam", "cais/hle", "hle"),
        ("mmlu_pro", "TIGER-Lab/MMLU-Pro", "mmlu_pro"),
        ("gpqa_diamond", "Idavidrein/gpqa", "diamond"),
        ("diamond", "Idavidrein/gpqa", "diamond"),
        ("mmlu_pro_cot", "cais/mmlu", "all"),
        ("ab", "org/ab", "xy"),
    ],
)
def test_a_name_that_tells_the_benchmark_is_fine(name: str, dataset: str, task: str) -> None:
    assert _named(name, dataset, task) == []


@pytest.mark.parametrize(
    ("name", "dataset", "task"),
    [
        ("results", "cais/hle", "hle"),
        ("gpqa", "cais/hle", "hle"),
        ("mmlu_pro", "cais/mmlu", "all"),
        ("mmlu", "TIGER-Lab/MMLU-Pro", "mmlu_pro"),
        ("hl", "cais/hle", "hle"),
        ("1", "cais/hle", "hle"),
    ],
)
def test_a_name_that_does_not_tell_the_benchmark_is_a_warning_at_its_id(name: str, dataset: str, task: str) -> None:
    found = _only(_named(name, dataset, task), "EH220")
    assert (_marked(found), found.is_error) == (dataset, False)


def test_an_alias_of_the_registry_tells_the_benchmark() -> None:
    context = replace(_context(), registry=_registry(aliases=("Exam X1",)))
    assert _check(_entry(), context, path=".eval_results/exam_x1.yaml") == []


@pytest.mark.parametrize(
    ("dataset", "task", "notes", "file"),
    [
        ("cais/hle", "hle", {}, "hle"),
        ("TIGER-Lab/MMLU-Pro", "mmlu_pro", {"notes": "With tools."}, "mmlu_pro_with_tools"),
    ],
)
def test_a_name_is_advised_that_submit_would_choose(dataset: str, task: str, notes: dict[str, str], file: str) -> None:
    assert f".eval_results/{file}.yaml" in (_named("results", dataset, task, **notes)[0].hint or "")


def test_a_file_has_one_finding_for_each_benchmark_at_its_first_entry() -> None:
    entries = [_entry(notes="a"), _entry(1, "cais/mmlu", "all"), _entry(notes="b")]
    found = _check(entries, path=".eval_results/results.yaml")
    assert [(one.code, _marked(one)) for one in found] == [("EH220", "cais/hle"), ("EH220", "cais/mmlu")]


def test_a_file_that_does_not_count_may_have_any_name() -> None:
    assert _check(_entry(), path="copies/.eval_results/results.yaml") == []


def test_the_name_of_a_file_with_an_unknown_benchmark_is_not_judged() -> None:
    assert _codes(_named("results", "cais/hel", "hle")) == ["EH203"]


# --- EH221: the registry --------------------------------------------------------------------------------------------


def test_a_benchmark_that_the_registry_does_not_list_is_a_warning_at_its_id() -> None:
    context = replace(_context(), registry=Registry({"cais/mmlu": RegisteredBenchmark("cais/mmlu")}))
    found = _only(_check([_entry(notes="a"), _entry(notes="b")], context), "EH221")
    assert (_marked(found), found.is_error) == ("cais/hle", False)


def test_a_registry_without_benchmarks_asks_for_nothing() -> None:
    assert _check(_entry(), replace(_context(), registry=Registry())) == []


def test_a_benchmark_that_is_not_in_the_hub_is_told_once() -> None:
    assert _codes(_check(_entry(1, "org/other-thing"))) == ["EH203"]


# --- EH222: tokens --------------------------------------------------------------------------------------------------


def _part(data: object) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


HEADER, PAYLOAD, SIGNATURE = _part({"alg": "EdDSA"}), _part({"value": 41.2}), _part(b"\x00\xff" * 32)
MALFORMED = {
    "one part": HEADER,
    "two parts": f"{HEADER}.{PAYLOAD}",
    "four parts": f"{HEADER}.{PAYLOAD}.{SIGNATURE}.{SIGNATURE}",
    "no header": f".{PAYLOAD}.{SIGNATURE}",
    "no payload": f"{HEADER}..{SIGNATURE}",
    "no signature": f"{HEADER}.{PAYLOAD}.",
    "dots": "..",
    "padding": f"{HEADER}.{PAYLOAD}.{base64.b64encode(b'a').decode()}",
    "base64": f"{HEADER}.{PAYLOAD}.a+b/",
    "impossible length": f"{HEADER}.{PAYLOAD}.abcde",
    "spaces": f"{HEADER}. {PAYLOAD}.{SIGNATURE}",
    "header no JSON": f"{_part(b'alg')}.{PAYLOAD}.{SIGNATURE}",
    "header no object": f"{_part(['alg'])}.{PAYLOAD}.{SIGNATURE}",
    "header not UTF-8": f"{_part(bytes([0xFF] * 6))}.{PAYLOAD}.{SIGNATURE}",
    "no algorithm": f"{_part({'typ': 'JWT'})}.{PAYLOAD}.{SIGNATURE}",
    "algorithm no text": f"{_part({'alg': 1})}.{PAYLOAD}.{SIGNATURE}",
    "payload no object": f"{HEADER}.{_part([1])}.{SIGNATURE}",
    "payload nested": f"{HEADER}.{_part(b'[' * 9000)}.{SIGNATURE}",
    "payload number": f"{HEADER}.{_part(b'1' * 9000)}.{SIGNATURE}",
    "long": f"{HEADER}.{PAYLOAD}.{'a' * 20_000}",
    "something else": "hunter2",
}


def test_a_well_formed_token_is_fine() -> None:
    assert _check(_entry(verifyToken=f"{HEADER}.{PAYLOAD}.{SIGNATURE}")) == []


@pytest.mark.parametrize("token", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_token_is_an_error_at_the_token(token: str) -> None:
    found = _only(_check(json.dumps([_entry(verifyToken=token)])), "EH222")
    assert found.is_error
    assert found.span is not None
    assert found.span.column > 1


@pytest.mark.parametrize("token", MALFORMED.values(), ids=MALFORMED)
def test_a_token_is_never_shown(token: str) -> None:
    found = _check(json.dumps([_entry(verifyToken=token)]))[0]
    assert not any(token in text for text in (found.message, found.hint or "", found.source_line or ""))


# --- EH223: copies --------------------------------------------------------------------------------------------------

CARD = {"base_model": ["org/base", "org/base-2"]}


@pytest.mark.parametrize("base", CARD["base_model"])
def test_the_score_of_a_base_model_is_a_warning_at_the_value(base: str) -> None:
    found = _only(_check(_entry(), others=[_claim(41.2, model=base)], card=CARD), "EH223")
    assert (_marked(found), found.is_error, base in found.message) == ("41.2", False, True)


@pytest.mark.parametrize(
    "other",
    [
        _claim(41.3, model="org/base"),
        _claim(41.2, "With tools", "org/base"),
        _claim(41.2, model="org/other"),
        replace(_claim(41.2, model="org/base"), task_id="other"),
        replace(_claim(41.2, model="org/base"), dataset_id="org/other"),
    ],
)
def test_another_score_than_the_base_model_s_is_fine(other: Claim) -> None:
    assert _check(_entry(), others=[other], card=CARD) == []


def test_a_model_that_names_itself_as_its_base_is_no_copy() -> None:
    assert _check(_entry(), card={"base_model": "org/model"}) == []


def test_a_score_that_two_base_models_have_is_told_once() -> None:
    others = [_claim(41.2, model=base) for base in CARD["base_model"]]
    assert _codes(_check(_entry(), others=others, card=CARD)) == ["EH223"]


# --- any data -------------------------------------------------------------------------------------------------------

KEYS = ["dataset", "id", "task_id", "revision", "value", "verifyToken", "date", "source", "url", "user", "org", "notes"]
TEXTS = st.text(st.characters(codec=None), max_size=10) | st.sampled_from(
    [*WITH_SECRET, *LOCAL[:12], *UNUSABLE, *SPECS, "hle", "2026-01-31", "main", "v1", "\ud800", "..", "https://[", "@"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | TEXTS, inner, max_size=6),
)
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "dataset": ANYTHING
        | st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "task_id", "revision"), ANYTHING)),
        "source": ANYTHING | st.fixed_dictionaries({}, optional=dict.fromkeys(("url", "user", "org"), ANYTHING)),
        **dict.fromkeys(("value", "verifyToken", "date", "notes"), ANYTHING),
    },
)
PAST = Past(
    BEGUN.since, revisions={"v1": Revision(OLD), "main": Revision(OLD, moves=True)}, tasks={None: TASK, OLD: {}}
)


@settings(max_examples=400, deadline=None)
@given(ANYTHING | st.lists(LIKELY, max_size=3))
@example([_entry(date=["2026"], source=[1], notes={})])
def test_whatever_a_file_holds_no_rule_raises(data: object) -> None:
    document = replace(parse(b"- a: 1\n"), data=data)
    context = replace(_context(PERCENT, PAST), history=lambda _: PAST)
    for path in (".eval_results/hle.yaml", ".eval_results/\udcff.yaml"):
        for rule in rules.RESULT_RULES.values():
            for problem in rule(ParsedFile(FileRef(path, "org/model"), document), context):
                assert printable(problem.message) == problem.message
                assert len(problem.message + (problem.hint or "")) < 1000


CLAIMS = st.builds(
    Claim,
    st.just(FileRef("a.yaml")),
    st.just(0),
    st.just(1),
    *[TEXTS] * 2,
    st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**300), 10**300),
    TEXTS,
    st.none() | TEXTS,
    st.lists(TEXTS, max_size=3).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(CLAIMS, max_size=5), st.sampled_from([PERCENT, FRACTION, ERROR_RATE]))
def test_whatever_results_claim_no_rule_raises(claims: list[Claim], metric: Metric) -> None:
    registered = {claim.dataset_id: RegisteredBenchmark(claim.dataset_id, metric=metric) for claim in claims}
    context = Context(registry=Registry(registered), peers=Peers(claims))
    for claim in claims:
        for rule in rules.CLAIM_RULES.values():
            assert all(printable(finding.message) == finding.message for finding in rule(claim, context))


MANY: dict[str, Callable[[int], dict[str, Any]]] = {
    "off scale": lambda number: _entry(0.5, notes=f"n{number}"),
    "out of range": lambda number: _entry(500, notes=f"n{number}"),
    "wordings": lambda number: _entry(50, notes="with tools" + "." * (number % 500)),
    "copies": lambda number: _entry(50, notes=f"n{number}"),
    "sources": lambda number: _entry(50, notes=f"n{number}", source={"url": f"htp://a:b@c/{number}"}),
    "datasets": lambda number: _entry(50, f"org/{number}"),
}
_MEASURE = """
import sys, time
from evalhub.checking import check_files
from evalhub.checkouts import SourceFile, source_file
from evalhub.diagnostics import FileRef
from evalhub.names import printable
from evalhub.registry import Metric, RegisteredBenchmark, Registry
from evalhub.rules.subjects import Context
from evalhub.terms import Scale
source = source_file(FileRef(".eval_results/x.yaml", "org/model"), sys.stdin.buffer.read())
card = {"base_model": [f"org/{number}" for number in range(100_000)]}
source = SourceFile(source.file, source.read, lambda: card)
registry = Registry({"cais/hle": RegisteredBenchmark("cais/hle", (), Metric(scale=Scale.PERCENT))})
begun = time.process_time()
check_files([source], Context(registry=registry))
print(time.process_time() - begun)
"""


@pytest.mark.parametrize("make", MANY.values(), ids=MANY)
def test_many_mistakes_in_one_file_cost_little_time(make: Callable[[int], dict[str, Any]]) -> None:
    text = "".join(f"- {json.dumps(make(number))}\n" for number in range(6_000))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE], input=text.encode(), capture_output=True, timeout=60, check=True
    )
    assert float(done.stdout) < budget(3)
