"""Measures evalhub beside other ways to do the same, and writes `docs/benchmarks.md`.

python benchmarks/run.py [--runs N]

Exits with 1, and writes nothing, where a leaderboard isn't the one that follows from the MTEB scores.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import equality
import large_hubs
import many_files
import mteb_hub
import small_hub
import walks
from measure import Samples, calling, interleave, running, script
from report import Comparison, comparisons_table, machine, memory_table

ROOT = Path(__file__).parent.parent
_NAIVE = Path(__file__).parent / "naive_leaderboard.py"
_MODELS_OF_MANY, _FILES_OF_EACH = 400, 25
_DATASET, _TASK = "mteb/banking77", "Banking77Classification"

_PAGE = """\
# Benchmarks

Written by `python benchmarks/run.py`, which needs nothing but a checkout with the `dev` extra installed:

    pip install -e '.[dev]'
    python benchmarks/run.py [--runs N] [--repos N]

It builds hubs in a temporary folder, compares the leaderboards with the scores that they were built from, measures,
and writes this page.

- **MTEB hub:** real scores of {models} embedding models on {tasks} tasks (`benchmarks/data/README.md` says where they
  come from), one repository a model and one a dataset: {mteb_repos} repositories with {results:,} result files. They
  show what a file costs.
- **Many files:** {many:,} generated result files, in {models_of_many} repositories or all in one, and {most:,} for how
  much memory that takes. No two are the same.
- **Small hub:** {repos:,} generated repositories with one result file and 0 to 2 open pull requests each, and one
  dataset. They show what a repository costs.

All are as clones are: a pack, `packed-refs`, a remote, a working tree.

## Results

The leaderboards of all {tasks} MTEB tasks (models, values, ranks) equal those computed straight from the scores.

Medians of {runs} rounds ({start_ups} for start-up) in which each is run once, in turns; a ratio is the median of the
rounds' ratios.

{comparisons}

{memory}

Measured with {machine}.

## What is compared

- **Reading** is what `Hub(root).repos` does, for each repository: no index from before, in a process that has imported
  everything, with forked processes on all cores. evalhub also finds the commit behind every result; the others have one
  process.
  - *Bare pygit2* reads the least: it opens each repository, lists its refs, and loads each result file or `eval.yaml`
    of the default branch and the pull requests once, with PyYAML's C loader. It checks nothing and keeps nothing;
    evalhub holds every file to its schema and works out which entries a pull request adds. What it saves is that it
    reads files in the usual layout, as these are, without a YAML parser.
  - *GitPython* walks the trees of the same branches and reads the files in them, as a first script would: with
    `yaml.safe_load`, or with PyYAML's C loader. Beside that walk with the C loader, bare pygit2 itself is
    {bound_mteb:.1f}× as fast on the MTEB hub and {bound_small:.1f}× on the small one: where a repository has many
    files, most of what it takes is parsing YAML.
- **`leaderboard`** is a whole process, beside `benchmarks/naive_leaderboard.py`, which uses GitPython and the C loader,
  checks nothing, and leaves out pull requests and the commit behind each value. Both print the same {rows} rows.
- **`validate`** is a whole process over the working trees, beside check-jsonschema with the same schemas over the same
  files, in one process a schema. evalhub also looks whether every repository can be read, applies the rules that no
  schema can express, and knows the line and column of whatever it finds. It checks files on all cores; check-jsonschema
  has one process. Tests hold evalhub to accept and refuse what jsonschema does.
- **Memory** is that of the largest process; evalhub's workers share most of theirs with it.
- **Start-up** is `evalhub --version`, beside `python -c "import typer, rich"`.
"""


@dataclass(frozen=True, slots=True)
class Hubs:
    mteb: mteb_hub.MtebHub
    small: Path
    repos: int
    many: many_files.ManyFiles
    in_one: many_files.ManyFiles
    most: many_files.ManyFiles


def reading(hub: Path, name: str, runs: int) -> list[Comparison]:
    """Measure how long a repository of one hub takes to read."""
    bare, fast_yaml, slow_yaml = "bare pygit2, C loader", "GitPython, C loader", "GitPython, `yaml.safe_load`"
    functions = {
        "evalhub": walks.read_with_evalhub,
        bare: walks.read_with_pygit2,
        fast_yaml: walks.read_with_gitpython,
        slow_yaml: walks.read_with_gitpython_and_safe_load,
    }
    took = interleave({way: calling(function, hub) for way, function in functions.items()}, runs)
    what = f"reading a repository, {name} hub"
    return [
        Comparison(what, took["evalhub"], bare, took[bare], at_most=2),
        Comparison(what, took["evalhub"], slow_yaml, took[slow_yaml], at_least=8),
        Comparison(what, took["evalhub"], fast_yaml, took[fast_yaml], at_least=8),
    ]


def leaderboard(hub: Path, runs: int) -> list[Comparison]:
    took = interleave({name: running([command], hub) for name, command in _leaderboard_commands().items()}, runs)
    return [
        Comparison("`evalhub leaderboard --no-cache`", took["evalhub"], "GitPython, C loader", took["naive"]),
        Comparison("`evalhub leaderboard`, with its index", took["indexed"], "GitPython, C loader", took["naive"]),
    ]


def _leaderboard_commands() -> dict[str, list[str]]:
    evalhub = [script("evalhub"), "leaderboard", _DATASET, "--hub", ".", "--format", "csv"]
    return {
        "evalhub": [*evalhub, "--no-cache"],
        "indexed": evalhub,
        "naive": [sys.executable, str(_NAIVE), ".", _DATASET, _TASK],
    }


def validation(hub: mteb_hub.MtebHub, runs: int) -> Comparison:
    check = [script("check-jsonschema"), "--schemafile"]
    schemas = ROOT / "schemas"
    commands = [
        [*check, str(schemas / "eval_results.schema.json"), *map(str, hub.result_files())],
        [*check, str(schemas / "eval.schema.json"), *map(str, hub.spec_files())],
    ]
    evalhub = [script("evalhub"), "validate", "."]
    took = interleave(
        {"evalhub": running([evalhub], hub.directory), "check-jsonschema": running(commands, hub.directory)}, runs
    )
    return Comparison("`evalhub validate`", took["evalhub"], "check-jsonschema", took["check-jsonschema"])


def many(hub: many_files.ManyFiles, where: str, runs: int) -> Comparison:
    """Measure how long many result files take."""
    check = [script("check-jsonschema"), "--schemafile", str(ROOT / "schemas" / "eval_results.schema.json"), *hub.files]
    ways = {
        "evalhub": running([[script("evalhub"), "validate", "."]], hub.directory),
        "check-jsonschema": running([check], hub.directory),
    }
    took = interleave(ways, runs)
    what = f"`evalhub validate`, {hub.count:,} files in {where}"
    return Comparison(what, took["evalhub"], "check-jsonschema", took["check-jsonschema"], at_least=8)


def memory_of_most(hub: many_files.ManyFiles, runs: int) -> Samples:
    command = [script("evalhub"), "validate", "."]
    return interleave({"evalhub": running([command], hub.directory)}, runs)["evalhub"]


def start_up(runs: int) -> Comparison:
    imports = [sys.executable, "-c", "import typer, rich"]
    commands = {"evalhub": [script("evalhub"), "--version"], "imports": imports}
    took = interleave({name: running([command], ROOT) for name, command in commands.items()}, runs)
    return Comparison("`evalhub --version`", took["evalhub"], "`import typer, rich`", took["imports"], at_most=1.5)


def page(hubs: Hubs, runs: int) -> tuple[str, list[Comparison]]:
    """Measure everything and return the page about it."""
    mteb = hubs.mteb
    of_mteb = reading(mteb.directory, "MTEB", runs)
    boards, validate = leaderboard(mteb.directory, runs), validation(mteb, runs)
    of_small = reading(hubs.small, "small", runs)
    of_many = many(hubs.many, f"{_MODELS_OF_MANY} repositories", runs)
    in_one, most = many(hubs.in_one, "one repository", runs), memory_of_most(hubs.most, runs)
    comparisons = [*of_mteb, *of_small, *boards, validate, of_many, in_one, start_up(4 * runs)]
    memory: dict[str, Samples] = {
        "`evalhub leaderboard --no-cache`": boards[0].evalhub,
        "the same with GitPython": boards[0].other,
        "`evalhub validate`, MTEB hub": validate.evalhub,
        f"`evalhub validate`, {hubs.many.count:,} files": of_many.evalhub,
        f"`evalhub validate`, {hubs.most.count:,} files": most,
        f"check-jsonschema, {hubs.many.count:,} files": of_many.other,
    }
    text = _PAGE.format(
        models=len(mteb.models),
        tasks=len(mteb.tasks),
        mteb_repos=len(mteb.models) + len(mteb.tasks),
        results=len(mteb.result_files()),
        many=hubs.many.count,
        models_of_many=_MODELS_OF_MANY,
        most=hubs.most.count,
        rows=len(equality.expected(mteb, _TASK)),
        repos=hubs.repos,
        runs=runs,
        start_ups=4 * runs,
        comparisons=comparisons_table(comparisons),
        memory=memory_table(memory),
        machine=machine(),
        bound_mteb=of_mteb[2].other.over(of_mteb[0].other),
        bound_small=of_small[2].other.over(of_small[0].other),
    )
    return text, comparisons


def unequal(hub: mteb_hub.MtebHub) -> list[str]:
    """Return what differs from the leaderboards that follow from the scores: tasks, and commands that print another."""
    rows = equality.expected(hub, _TASK)
    commands = _leaderboard_commands()
    printed = [name for name, command in commands.items() if equality.printed(command, hub.directory) != rows]
    return equality.unequal_tasks(hub) + [f"{_TASK} as {name} prints it" for name in printed]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure evalhub and write docs/benchmarks.md.")
    parser.add_argument("--runs", type=int, default=5, help="how often to measure each (default: 5)")
    parser.add_argument("--repos", type=int, default=1_000, help="repositories of the small hub (default: 1000)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md", help="the page to write")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EVALHUB_CACHE"] = str(Path(folder, "cache"))
        mteb = mteb_hub.build(Path(folder, "mteb"))
        hubs = Hubs(
            mteb,
            small_hub.build(Path(folder, "small"), repos=options.repos),
            options.repos,
            many_files.build(Path(folder, "many"), models=_MODELS_OF_MANY, files=_FILES_OF_EACH),
            many_files.build(Path(folder, "one"), models=1, files=_MODELS_OF_MANY * _FILES_OF_EACH),
            many_files.build(Path(folder, "most"), models=5 * _MODELS_OF_MANY, files=_FILES_OF_EACH),
        )
        different = unequal(mteb)
        if different:
            print(f"not equal to the scores: {', '.join(different)}", file=sys.stderr)
            return 1
        print(f"all {len(mteb.tasks)} leaderboards equal the scores; measuring …", file=sys.stderr)
        text, comparisons = page(hubs, options.runs)
    before = options.output.read_text(encoding="utf-8") if options.output.exists() else ""
    _, begin, large = before.partition(large_hubs.BEGIN)  # which is measured by itself
    options.output.write_text(f"{text}\n{begin}{large}", encoding="utf-8")
    for comparison in comparisons:
        print(" | ".join(comparison.row()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
