"""Writes the files beside it, with lm-evaluation-harness 0.4.13 (its command line and its `dummy` model), offline.

    python -m venv venv && venv/bin/pip install lm-eval==0.4.13 transformers torch && venv/bin/python make.py

The tasks are defined here, over a few questions: `sums_small` and `sums_large` (multiple choice) with their group
`sums`, `words` (generation, with two filters and BLEU) and `prose` (perplexities). `whole.json` has all, two-shot;
`limited.json` the group, of the first two questions each; `chat.json` one task with a chat template and a system
prompt, and without model arguments, for which lm-eval makes up a name; `predicted.json` has no scores.
The dummy model answers at random, from a fixed seed. Its tokenizer is made here, for its chat template, and the long
description of the machine (`pretty_env_info`) is not the machine's; all else is as lm-eval writes it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
DATASET = "evalhub-tests/sums"
TOKENIZER = "allenai/Olmo-3-32B-Think"  # what the dummy model loads
TEMPLATE = "{% for message in messages %}<{{ message.role }}>{{ message.content }}\n{% endfor %}<assistant>"
LM_EVAL = """\
import torch.utils.collect_env
torch.utils.collect_env.get_pretty_env_info = lambda: "a machine"
from lm_eval.__main__ import cli_evaluate
cli_evaluate()
"""

SUMS = """\
task: sums_{size}
dataset_path: evalhub-tests/sums
dataset_name: {size}
dataset_kwargs:
  revision: "0123456789abcdef0123456789abcdef01234567"
output_type: multiple_choice
test_split: test
fewshot_split: test
doc_to_text: "{{{{question}}}} ="
doc_to_choice: ["1", "2", "3", "4"]
doc_to_target: answer
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
  - metric: acc_norm
    aggregation: mean
    higher_is_better: true
metadata:
  version: 1.0
"""

GROUP = """\
group: sums
task:
  - sums_small
  - sums_large
aggregate_metric_list:
  - metric: acc
    weight_by_size: true
metadata:
  version: 2.0
"""

WORDS = """\
task: words
dataset_path: json
dataset_kwargs:
  data_files:
    validation: words.jsonl
output_type: generate_until
validation_split: validation
doc_to_text: "Say {{word}}:"
doc_to_target: word
generation_kwargs:
  until: ["\\n"]
filter_list:
  - name: strict
    filter:
      - function: take_first
  - name: first-word
    filter:
      - function: regex
        regex_pattern: "^(\\\\w+)"
      - function: take_first
metric_list:
  - metric: exact_match
    aggregation: mean
    higher_is_better: true
  - metric: bleu
    aggregation: bleu
    higher_is_better: true
metadata:
  version: 0.0
"""

PROSE = """\
task: prose
dataset_path: json
dataset_kwargs:
  data_files:
    test: words.jsonl
output_type: loglikelihood_rolling
test_split: test
doc_to_text: ""
doc_to_target: word
metric_list:
  - metric: word_perplexity
  - metric: bits_per_byte
metadata:
  version: 1.0
"""


def lay_out(folder: Path) -> None:
    """Write the tasks and their data; a folder with a dataset's id is read instead of the Hub's."""
    sums = folder / DATASET
    sums.mkdir(parents=True)
    sizes = {"small": 4, "large": 8}
    header = "".join(
        f"- config_name: {size}\n  data_files:\n  - split: test\n    path: {size}.jsonl\n" for size in sizes
    )
    (sums / "README.md").write_text(f"---\nconfigs:\n{header}---\n")
    for size, count in sizes.items():
        lines = (json.dumps({"question": f"{n} + 1 - {n}", "answer": n % 4}) for n in range(count))
        (sums / f"{size}.jsonl").write_text("\n".join(lines) + "\n")
        (folder / f"sums_{size}.yaml").write_text(SUMS.format(size=size))
    words = "".join(json.dumps({"word": word}) + "\n" for word in ("lol", "hub", "an evaluation", "a model"))
    (folder / "words.jsonl").write_text(words)
    for name, text in {"sums": GROUP, "words": WORDS, "prose": PROSE}.items():
        (folder / f"{name}.yaml").write_text(text)


def make_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(WordLevel({"[UNK]": 0, "<eos>": 1}, unk_token="[UNK]"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, eos_token="<eos>", pad_token="<eos>")
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder / TOKENIZER)


def run(folder: Path, name: str, *arguments: str) -> None:
    """Run lm-eval, and keep the one results file it writes as `name`."""
    output = folder / name
    command = [sys.executable, "-c", LM_EVAL, "run", "--model", "dummy", "--include_path", "."]
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(folder / "cache")}
    subprocess.run([*command, "--output_path", name, *arguments], cwd=folder, check=True, env=os.environ | offline)
    (results,) = output.rglob("results_*.json")
    (HERE / f"{name}.json").write_bytes(results.read_bytes())


def main() -> None:
    model = ("--model_args", "pretrained=evalhub-tests/dummy,dtype=float32")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        lay_out(folder)
        make_tokenizer(folder)
        run(folder, "whole", *model, "--tasks", "sums,words,prose", "--num_fewshot", "2")
        run(folder, "limited", *model, "--tasks", "sums", "--limit", "2")
        chat = ("--apply_chat_template", "--system_instruction", "Be brief.")
        run(folder, "chat", "--tasks", "sums_small", *chat)
        run(folder, "predicted", *model, "--tasks", "sums_small", "--predict_only")


if __name__ == "__main__":
    main()
