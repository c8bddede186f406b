"""The lists: a hub's benchmarks, and one model's results, as tables and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from evalhub.files import shown
from evalhub.hub import BenchmarkSummary, ModelResults, ModelScore
from evalhub.index import Status
from evalhub.leaderboard import branch_name
from evalhub.render.jsontext import to_json
from evalhub.render.scores import SCORE_COLUMNS, origin_badges, score_cells, score_object
from evalhub.render.terminal import Column, align_points, print_table, safe, short_value
from evalhub.standings import KnownFrom, Through
from evalhub.terms import Origin

_BENCHMARK_COLUMNS = (
    Column("benchmark", narrowest=16, wraps=True, style="bold"),
    Column("name", narrowest=12, wraps=True, give_way=1),
    Column("tasks", narrowest=10, give_way=1),
    Column("models", right=True),
    Column("results", right=True),
    Column("framework", narrowest=8, give_way=1),
    Column("listed", give_way=1),
)


def print_benchmarks(out: Console, listed: Sequence[BenchmarkSummary]) -> None:
    """Print the benchmarks, and how many there are."""
    rows = []
    for summary in listed:
        benchmark = summary.benchmark
        first, *others = benchmark.spec.task_ids
        official = Text("official", "green") if benchmark.official else Text("unofficial", "dim")
        rows.append(
            [
                safe(benchmark.dataset_id),
                safe(benchmark.name),
                safe(f"{first} and {len(others)} more" if others else first),
                Text(str(summary.models)),
                Text(str(summary.results)),
                safe(benchmark.spec.evaluation_framework),
                official,
            ]
        )
    print_table(out, _BENCHMARK_COLUMNS, rows)
    out.print()
    official_count = sum(summary.benchmark.official for summary in listed)
    out.print(f"{len(listed)} benchmark{'s' * (len(listed) != 1)}, {official_count} official")


def benchmarks_json(listed: Sequence[BenchmarkSummary]) -> str:
    """Return a list of objects, one a benchmark."""
    return to_json(
        [
            {
                "benchmark": summary.benchmark.dataset_id,
                "name": summary.benchmark.name,
                "description": summary.benchmark.spec.description,
                "evaluation_framework": summary.benchmark.spec.evaluation_framework,
                "official": summary.benchmark.official,
                "aliases": list(summary.benchmark.aliases),
                "tasks": [
                    {"id": task.id, "config": task.config, "split": task.split} for task in summary.benchmark.tasks
                ],
                "models": summary.models,
                "results": summary.results,
            }
            for summary in listed
        ]
    )


_MODEL_COLUMNS = (
    Column("benchmark", narrowest=16, wraps=True, style="bold"),
    Column("task", narrowest=8, wraps=True),
    *SCORE_COLUMNS,
)


def print_model(out: Console, results: ModelResults) -> None:
    """Print all results of one model, and where they stand."""
    out.print(safe(results.model_id, "bold"), soft_wrap=not out.is_terminal)
    out.print()
    if results.scores:
        values = align_points([short_value(item.score.value) for item in results.scores])
        rows = [_cells(item, value) for item, value in zip(results.scores, values, strict=True)]
        print_table(out, _MODEL_COLUMNS, rows)
        out.print()
    count = len(results.scores)
    pulls = len({item.score.ref for item in results.scores if item.score.origin is Origin.COMMUNITY})
    out.print(f"{count} result{'s' * (count != 1)}, {pulls} open pull request{'s' * (pulls != 1)}")


def _cells(item: ModelScore, value: str) -> list[Text]:
    result = item.score.result
    benchmark = safe(item.benchmark.name) if item.benchmark else safe(f"{result.dataset_id} (not in the hub)", "dim")
    badges = [*origin_badges(item.score), *([(_through(item.through), "cyan")] if item.through else [])]
    return [benchmark, safe(result.task_id), *score_cells(item.score, value, badges)]


def _through(through: Through) -> str:
    """Return which pull request a result came through; with a question mark where only a message says so."""
    name = f"#{through.number}" if through.number is not None else branch_name(through.ref or "")
    return f"through {name}" + ("?" if through.known_from in (KnownFrom.MERGE, KnownFrom.MESSAGE) else "")


def model_json(results: ModelResults) -> str:
    """Return an object with the model's id, its results with where each comes from, and what was left out."""
    return to_json(
        {
            "model_id": results.model_id,
            "left_out": dict(results.left_out),
            "warnings": list(results.warnings),
            "results": [
                {
                    "benchmark": item.score.result.dataset_id,
                    "name": item.benchmark.name if item.benchmark else None,
                    "task": item.score.result.task_id,
                    "revision": item.score.result.revision,
                    "through": asdict(item.through) if item.through else None,
                    **score_object(item.score),
                }
                for item in results.scores
            ],
        }
    )


_SCHEMA_COLUMNS = (Column("schema", style="bold"), Column("what it describes", narrowest=20, wraps=True))


def print_schemas(out: Console, listed: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the schemas' names, and what each is for."""
    rows = [[safe(name), safe(schema["description"].replace("`", ""))] for name, schema in listed.items()]
    print_table(out, _SCHEMA_COLUMNS, rows)


def print_index(out: Console, found: Status) -> None:
    """Print what an index holds."""
    lines = {
        "file": shown(found.file),
        "size": f"{found.size / 1e6:.1f} MB",
        "repositories": f"{found.repositories}; {found.changed} new or changed since",
        "models": str(found.models),
        "datasets": str(found.datasets),
        "results": str(found.results),
    }
    for title, text in lines.items():
        out.print(safe(f"{title:14}{text}"), soft_wrap=True)


def index_json(found: Status) -> str:
    """Return an object with what an index holds; `size` is in bytes."""
    return to_json({**asdict(found), "file": str(found.file)})
