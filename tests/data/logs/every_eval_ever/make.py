"""Writes the records beside this file with the real `every-eval-ever` package.

Its converter reads one of Inspect's logs, as if a model of the Hub had been evaluated; its own types hold what people
copy from leaderboards. Run `python make.py` where `every-eval-ever[inspect]` is installed. It is for Python 3.12; with
3.11 what is used here works too: `pip install --ignore-requires-python --no-deps every-eval-ever`. `VERSIONS` says what
wrote the records.
"""

from __future__ import annotations

import json
import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from unittest import mock

from every_eval_ever.converters.inspect.adapter import InspectAIAdapter
from every_eval_ever.eval_types import EvaluationLog
from every_eval_ever.schema import get_schema_version, schema_json
from jsonschema import validate

HERE = Path(__file__).resolve().parent
INSPECT = HERE.parent / "inspect"
CREATED = "1785585600"  # else it would be the moment at which this runs


def model(id: str) -> dict[str, object]:
    details = {"deployment_type": "self_deployed", "model_availability": "open_weights"}
    return {"name": id.rpartition("/")[2], "id": id, "additional_details": details}


def result(name: str, score: float, source: dict[str, object], metric: dict[str, object], **more: object):
    details = {"score": score} | ({"uncertainty": more.pop("uncertainty")} if "uncertainty" in more else {})
    return {"evaluation_name": name, "source_data": source, "metric_config": metric, "score_details": details, **more}


HUB = {"dataset_name": "GPQA", "source_type": "hf_dataset", "hf_repo": "Idavidrein/gpqa", "hf_split": "train"}
PAGE = {"dataset_name": "HLE", "source_type": "url", "url": ["https://example.org/hle"]}
PRIVATE = {"dataset_name": "House test", "source_type": "other"}
ACCURACY = {"metric_name": "Accuracy", "metric_id": "accuracy", "lower_is_better": False, "score_type": "continuous"}
TOOLS = {"generation_args": {"agentic_eval_config": {"available_tools": [{"name": "bash"}]}, "reasoning": True}}
BOUNDED = {"min_score": 0, "max_score": 1}
PERCENT = {"metric_unit": "percent", "min_score": 0, "max_score": 100}
LEVELS = {"score_type": "levels", "level_names": ["bad", "good"], "has_unknown_level": True, "lower_is_better": False}

COPIED = {
    "schema_version": get_schema_version(),
    "evaluation_id": "board/example_example-7b/1785585600",
    "evaluation_timestamp": "2026-07-31",
    "retrieved_timestamp": CREATED,
    "source_metadata": {
        "source_name": "Example Board",
        "source_type": "documentation",
        "source_organization_name": "Example Org",
        "evaluator_relationship": "third_party",
    },
    "eval_library": {"name": "unknown", "version": "unknown"},
    "model_info": model("example/example-7b"),
    "evaluation_results": [
        result(
            "GPQA Diamond",
            0.412,
            HUB,
            ACCURACY | BOUNDED | {"metric_unit": "proportion"},
            uncertainty={"standard_error": {"value": 0.021, "method": "analytic"}},
        ),
        result("HLE", 21.5, PAGE, ACCURACY | PERCENT, generation_config=TOOLS),
        result(
            "HumanEval",
            0.7,
            PRIVATE,
            {"metric_name": "pass@k", "lower_is_better": False, "metric_parameters": {"k": 5}} | BOUNDED,
        ),
        result("Latency", 812, PRIVATE, {"metric_kind": "latency", "metric_unit": "ms", "lower_is_better": True}),
        result("Tone", 1, PRIVATE, LEVELS),
        result("Manners", -1, PRIVATE, LEVELS),
    ],
}


def converted(name: str) -> EvaluationLog:
    """Convert one of Inspect's logs beside this folder; the converter writes what it has of samples elsewhere."""
    arguments = {
        "source_organization_name": "Example Org",
        "evaluator_relationship": "first_party",
        "parent_eval_output_dir": "out",
        "file_uuid": "2f1dbf0e-9f4b-4c0f-9f2e-0a5f6a7b8c9d",
    }
    Path(name).write_text((INSPECT / name).read_text().replace("mockllm/model", "hf/example/example-7b"))
    with mock.patch("every_eval_ever.converters.inspect.adapter.get_current_unix_timestamp", return_value=CREATED):
        return InspectAIAdapter().transform_from_file(name, arguments)


def write(name: str, record: EvaluationLog) -> None:
    plain = json.loads(record.model_dump_json(exclude_none=True))
    validate(plain, schema_json())
    (HERE / name).write_text(json.dumps(plain, indent=1) + "\n")


def main() -> None:
    write("copied.json", EvaluationLog.model_validate(COPIED))
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        write("from_inspect.json", converted("several.json"))
        os.chdir(HERE)
    tools = ("every-eval-ever", "inspect_ai")
    (HERE / "VERSIONS").write_text("".join(f"{tool} {version(tool)}\n" for tool in tools))


if __name__ == "__main__":
    main()
