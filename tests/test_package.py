"""What people install: the wheel, away from the checkout, and how fast and lean its parts are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import evalhub
from evalhub.schemas import SCHEMA_NAMES

ROOT = Path(evalhub.__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="needs the checkout")
ENTRY = "- dataset: {id: cais/hle, task_id: hle}\n  value: 41.2\n  notes: n\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def _python(unpacked: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with what the wheel holds, and nothing of the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONSAFEPATH": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


# --- the wheel ------------------------------------------------------------------------------------------------------


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_schema(wheel: Path) -> None:
    expected = {f"evalhub/_schemas/{path.name}" for path in (ROOT / "schemas").glob("*.json")}
    assert expected == {f"evalhub/_schemas/{name}.schema.json" for name in SCHEMA_NAMES}
    assert expected <= _names(wheel)


def test_wheel_holds_what_the_codes_mean(wheel: Path) -> None:
    assert "evalhub/_docs/rules.md" in _names(wheel)


def test_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    files = (path for path in (ROOT / "evalhub").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert {path.relative_to(ROOT).as_posix() for path in files} <= _names(wheel)


def test_wheel_holds_the_data_of_the_demo(wheel: Path) -> None:
    assert "evalhub/demo_data/llm_results.jsonl" in _names(wheel)


def test_wheel_holds_nothing_but_the_package(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in _names(wheel)}
    assert tops == {"evalhub", f"evalhub-{evalhub.__version__}.dist-info"}


def test_wheel_has_the_licence(wheel: Path) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in _names(wheel))


def test_wheel_has_the_console_script(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"evalhub-{evalhub.__version__}.dist-info/entry_points.txt").decode()
    assert "evalhub = evalhub.__main__:main" in text


def test_unpacked_wheel_is_what_runs(unpacked: Path, tmp_path: Path) -> None:
    done = _python(unpacked, tmp_path, "-c", "import evalhub; print(evalhub.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(unpacked)


def test_unpacked_wheel_builds_the_demo_and_shows_a_leaderboard(unpacked: Path, tmp_path: Path) -> None:
    built = _python(unpacked, tmp_path, "-m", "evalhub", "demo", "x")
    assert built.returncode == 0, built.stderr
    shown = _python(unpacked, tmp_path, "-m", "evalhub", "leaderboard", "MMLU-Pro", "--hub", "x", "--format", "json")
    assert json.loads(shown.stdout)["benchmark"] == "TIGER-Lab/MMLU-Pro"


def test_demo_of_the_unpacked_wheel_has_no_errors(unpacked: Path, tmp_path: Path) -> None:
    _python(unpacked, tmp_path, "-m", "evalhub", "demo", "x")
    done = _python(unpacked, tmp_path, "-m", "evalhub", "validate", "x", "--prs")
    assert (done.returncode, "error" in done.stderr) == (0, False), done.stdout


def test_unpacked_wheel_uses_its_own_schemas(unpacked: Path, tmp_path: Path) -> None:
    """Change the wheel's schema: what was valid no longer is."""
    (tmp_path / "a.yaml").write_text(ENTRY)
    assert "EH111" not in _python(unpacked, tmp_path, "-m", "evalhub", "validate", "a.yaml").stdout
    path = unpacked / "evalhub/_schemas/eval_results.schema.json"
    text = path.read_text()
    changed = json.loads(text)
    del changed["$defs"]["entry"]["properties"]["notes"]
    try:
        path.write_text(json.dumps(changed))
        assert "EH111" in _python(unpacked, tmp_path, "-m", "evalhub", "validate", "a.yaml").stdout
    finally:
        path.write_text(text)


def test_unpacked_wheel_explains_codes_from_its_own_documentation(unpacked: Path, tmp_path: Path) -> None:
    path = unpacked / "evalhub/_docs/rules.md"
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text.replace("A key that the format doesn't have.", "Changed."), encoding="utf-8")
        done = _python(unpacked, tmp_path, "-m", "evalhub", "explain", "EH111")
    finally:
        path.write_text(text, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("EH111 unknown-key (error)\n\nChanged.\n")


# --- the command and the module -------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["-m", "evalhub"], ["-c", "from evalhub.cli import main; main()"]])
def test_version(command: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, *command, "--version"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout == f"evalhub {evalhub.__version__}\n"


def _loaded(code: str) -> set[str]:
    code += "\nimport sys; print('\\n'.join(['LOADED', *sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split("LOADED\n")[1].split())


HEAVY = {"pygit2", "git", "jsonschema", "jsonschema_rs", "yaml", "rich", "typer"}


def test_importing_evalhub_imports_nothing_heavy() -> None:
    assert not _loaded("import evalhub") & HEAVY


def test_version_imports_nothing_heavy() -> None:
    code = "import contextlib, sys\nfrom evalhub.cli import main\nsys.argv = ['evalhub', '--version']\n"
    assert not _loaded(code + "with contextlib.suppress(SystemExit): main()") & {
        "pygit2",
        "git",
        "jsonschema",
        "jsonschema_rs",
        "yaml",
    }


def test_explaining_a_code_imports_nothing_that_reads_repositories_or_draws() -> None:
    code = "import contextlib, sys\nfrom evalhub.cli import main\nsys.argv = ['evalhub', 'explain', 'EH111']\n"
    loaded = _loaded(code + "with contextlib.suppress(SystemExit): main()")
    assert not loaded & {"pygit2", "git", "jsonschema", "jsonschema_rs", "yaml", "markdown_it", "pygments"}


@pytest.mark.parametrize("module", ["huggingface_hub", "pyarrow", "inspect_ai", "requests", "urllib3"])
def test_reading_a_hub_needs_no_extra(module: str) -> None:
    assert module not in _loaded("import evalhub.hub, evalhub.validation, evalhub.render.diagnostics")


@pytest.mark.parametrize("name", ["Hub", "Benchmark", "EvalResult", "Leaderboard", "validate"])
def test_public_name_can_be_imported(name: str) -> None:
    assert callable(getattr(evalhub, name))


@pytest.mark.parametrize("name", evalhub.__all__)
def test_every_name_that_is_announced_is_there(name: str) -> None:
    assert getattr(evalhub, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        evalhub.no_such_name  # noqa: B018
