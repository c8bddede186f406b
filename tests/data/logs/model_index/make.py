"""Writes the model cards beside this file with `huggingface_hub`: run `python make.py`. `VERSIONS` says which."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from huggingface_hub import EvalResult, ModelCard, ModelCardData

HERE = Path(__file__).resolve().parent
COMMIT = "5503434ddd753f426f4b38109466949a1217c2bb"

MMLU = {"task_type": "text-generation", "dataset_type": "TIGER-Lab/MMLU-Pro", "dataset_name": "MMLU-Pro"}
LEADERBOARD = {"source_name": "Open LLM Leaderboard", "source_url": "https://example.org/leaderboard"}
SPEECH = {"task_type": "automatic-speech-recognition", "dataset_type": "common_voice", "dataset_name": "Common Voice"}

USUAL = [
    EvalResult(
        **MMLU,
        **LEADERBOARD,
        metric_type="acc",
        metric_name="accuracy",
        metric_value=47.84,
        dataset_config="main",
        dataset_split="test",
        dataset_revision=COMMIT,
        dataset_args={"num_few_shot": 5},
    ),
    EvalResult(**SPEECH, metric_type="wer", metric_value="20.0 ± 1.2", dataset_config="fr"),
    EvalResult(**SPEECH, metric_type="cer", metric_value="7.5%", dataset_config="fr", metric_args={"lang": "fr"}),
]

STRANGE = [
    EvalResult(**MMLU, metric_type="acc", metric_name="strict", metric_value=1),
    EvalResult(**MMLU, metric_type="acc", metric_name="loose", metric_value="0.5"),
    EvalResult(**MMLU, metric_type="f1", metric_value=[0.1, 0.2]),
    EvalResult(**MMLU, metric_type="bleu", metric_value="about 30"),
    EvalResult(**MMLU, metric_type="rouge", metric_value="84,6"),
    EvalResult(**MMLU, metric_type="loss", metric_value=float("nan")),
    EvalResult(**MMLU, metric_type="exact_match", metric_value=0.7, verified=True, verify_token="no-real-token"),
]


def write(folder: str, results: list[EvalResult]) -> None:
    data = ModelCardData(language="en", license="mit", model_name="example-7b", eval_results=results)
    (HERE / folder).mkdir(exist_ok=True)
    ModelCard(f"---\n{data.to_yaml()}\n---\n\n# example-7b\n").save(HERE / folder / "README.md")


if __name__ == "__main__":
    write("usual", USUAL)
    write("strange", STRANGE)
    (HERE / "VERSIONS").write_text(f"huggingface_hub {version('huggingface_hub')}\n")
