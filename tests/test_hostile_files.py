"""Files that strangers may have made: what stands in place of a file, what it is called, and what it holds."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from conftest import Cli
from gitrepos import HubDir, Link, Repo, Submodule

from evalhub import validate
from evalhub.validation import Report

ENTRY = "- dataset: {id: cais/hle, task_id: hle}\n  value: 41.2\n"
BAD = "- dataset: {id: cais/hle, task_id: hle}\n  value: high\n"


def _codes(report: Report) -> list[str]:
    return sorted(one.code for one in report.diagnostics)


@pytest.fixture
def model(hub: HubDir) -> Repo:
    """A clone of a model with one good result file, in a hub with its benchmark and a registry."""
    hub.registry({"dataset": "cais/hle"})
    return hub.model("org/model", {"hle.yaml": ENTRY})


def _results(model: Repo) -> Path:
    return model.path / ".eval_results"


def _link(path: Path) -> None:
    path.symlink_to("hle.yaml")


def _link_to_secret(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def _broken_link(path: Path) -> None:
    path.symlink_to("nowhere")


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def _link_to_folder(path: Path) -> None:
    path.symlink_to("..")


def _folder(path: Path) -> None:
    path.mkdir()


def _full_folder(path: Path) -> None:
    path.mkdir()
    (path / "x.yaml").write_text(ENTRY)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _submodule(path: Path) -> None:
    path.mkdir()
    (path / ".git").write_text("gitdir: ../../.git/modules/x\n")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        before = Path.cwd()
        os.chdir(path.parent)  # the address has little room
        try:
            server.bind(path.name)
        finally:
            os.chdir(before)


NO_FILES = [_link, _link_to_secret, _broken_link, _link_to_itself, _link_to_folder, _folder, _full_folder]
NO_FILES += [_pipe, _submodule, _socket]


@pytest.mark.parametrize("make", NO_FILES, ids=lambda make: make.__name__.strip("_"))
def test_what_is_no_file_is_found_and_not_read(model: Repo, make: object) -> None:
    make(_results(model) / "x.yaml")  # type: ignore[operator]
    found = [one for one in validate([model.path]).diagnostics if one.file.path == ".eval_results/x.yaml"]
    assert [one.code for one in found] == ["EH108"]


@pytest.mark.parametrize("make", NO_FILES, ids=lambda make: make.__name__.strip("_"))
def test_what_is_no_file_does_not_stop_the_rest(model: Repo, make: object) -> None:
    make(_results(model) / "x.yaml")  # type: ignore[operator]
    (_results(model) / "y.yaml").write_text("[")
    assert "EH101" in _codes(validate([model.path]))


@pytest.mark.parametrize("make", [_link, _broken_link, _folder, _pipe], ids=lambda make: make.__name__.strip("_"))
def test_what_is_no_file_is_found_where_it_is_named(model: Repo, make: object) -> None:
    path = _results(model) / "x.yaml"
    make(path)  # type: ignore[operator]
    if not path.is_dir():
        assert _codes(validate([path])) == ["EH108"]


@pytest.mark.parametrize("make", [_link_to_secret, _folder, _pipe], ids=lambda make: make.__name__.strip("_"))
def test_a_spec_that_is_no_file_is_found(hub: HubDir, make: object) -> None:
    path = hub.root / "datasets/cais/hle/eval.yaml"
    path.unlink()
    make(path)  # type: ignore[operator]
    assert _codes(validate([hub.root])) == ["EH108"]


@pytest.mark.parametrize("make", [_link_to_secret, _folder, _pipe], ids=lambda make: make.__name__.strip("_"))
def test_a_registry_that_is_no_file_is_found(hub: HubDir, make: object) -> None:
    make(hub.root / "evalhub.yaml")  # type: ignore[operator]
    assert "EH108" in _codes(validate([hub.root]))


def test_content_behind_a_link_is_never_shown(model: Repo, tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "secret").write_text("- secret: [token\n")
    (_results(model) / "x.yaml").symlink_to(tmp_path / "secret")
    assert "token" not in cli("validate", model.path).stdout


@pytest.mark.parametrize("target", [".", "elsewhere", "/etc"])
def test_a_results_folder_that_is_a_link_is_found(model: Repo, target: str) -> None:
    _results(model).rename(model.path / "elsewhere")
    _results(model).symlink_to(target)
    (found,) = validate([model.path]).diagnostics
    assert (found.code, found.file.path) == ("EH108", ".eval_results")


def test_a_results_folder_that_is_a_file_is_found(hub: HubDir) -> None:
    repo = hub.model("org/odd")
    (repo.path / ".eval_results").write_text(ENTRY)
    found = validate([repo.path], hub=hub.root).diagnostics
    assert [(one.code, one.file.path) for one in found] == [("EH108", ".eval_results")]


def test_a_results_folder_that_is_a_submodule_is_not_read(hub: HubDir) -> None:
    repo = hub.model("org/odd")
    (repo.path / ".eval_results").mkdir()
    (repo.path / ".eval_results/.git").write_text("gitdir: ../.git/modules/x\n")
    (repo.path / ".eval_results/x.yaml").write_text(BAD)
    codes = _codes(validate([repo.path], hub=hub.root))
    assert "EH108" in codes
    assert "EH112" not in codes


@pytest.mark.parametrize("content", [Link("hle.yaml"), Link("/etc/passwd"), Submodule()])
def test_what_is_no_file_is_found_in_a_bare_repository(hub: HubDir, content: Link | Submodule) -> None:
    repo = hub.model("org/bare", {"hle.yaml": ENTRY, "x.yaml": content}, bare=True)
    found = validate([repo.path], hub=hub.root).diagnostics
    assert [(one.code, one.file.path) for one in found] == [("EH108", ".eval_results/x.yaml")]


@pytest.mark.parametrize("content", [Link("elsewhere"), Submodule(), ENTRY], ids=["link", "submodule", "file"])
def test_a_results_folder_that_is_none_is_found_in_a_bare_repository(
    hub: HubDir, content: Link | Submodule | str
) -> None:
    repo = hub.model("org/bare", {"./.eval_results": content, "./README.md": "x"}, bare=True)
    found = validate([repo.path], hub=hub.root).diagnostics
    assert [(one.code, one.file.path) for one in found] == [("EH108", ".eval_results")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", [".eval_results/hle.yaml", ".eval_results"])
def test_what_may_not_be_read_is_found(model: Repo, name: str) -> None:
    (model.path / name).chmod(0)
    try:
        assert _codes(validate([model.path])) == ["EH108"]
    finally:
        (model.path / name).chmod(0o755)


# --- names ----------------------------------------------------------------------------------------------------------

NAMES = {
    "spaces": b"hle with some spaces.yaml",
    "letters": "hle É漢字🙂.yaml".encode(),
    "decomposed": "hle e\u0301.yaml".encode(),
    "not UTF-8": b"hle caf\xe9.yaml",
    "escapes": b"\x1b[31mhle.yaml",
    "C1 controls": "\x9b31mhle.yaml".encode(),
    "newline": b"hle\nin two lines.yaml",
    "tab": b"hle\tb.yaml",
    "other direction": "\u202ehle.yaml".encode(),
    "markup": b"[bold]hle[bold].yaml",
    "quote": b'it\'s "hle".yaml',
    "backslash": b"hle\\b.yaml",
    "dash": b"-hle.yaml",
    "long": b"x" * 247 + b"hle.yaml",
    "bare suffix": b".yaml",
}


def _codes_in(name: bytes) -> list[str]:
    return ["EH112"] if b"hle" in name else ["EH112", "EH220"]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_file_of_any_name_is_validated(model: Repo, name: bytes) -> None:
    (_results(model) / os.fsdecode(name)).write_text(BAD + "  notes: other\n")
    assert _codes(validate([model.path])) == _codes_in(name)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_file_of_any_name_is_validated_in_a_bare_repository(hub: HubDir, name: bytes) -> None:
    repo = hub.model("org/bare", {os.fsdecode(name): BAD}, bare=True)
    assert _codes(validate([repo.path], hub=hub.root)) == _codes_in(name)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_file_of_any_name_is_shown_without_controls(model: Repo, cli: Cli, name: bytes, form: str) -> None:
    """The fixture `cli` looks for control characters."""
    (_results(model) / os.fsdecode(name)).write_text(BAD + "  notes: other\n")
    assert cli("validate", model.path, "--format", form).status == 1


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("name", ["a b", "É漢", "\x1b[31m", "caf\udce9", "\u202ex", "[red]x[/red]", "x\ny", "a'b"])
def test_a_repository_of_any_name_is_shown_without_controls(hub: HubDir, cli: Cli, name: str, form: str) -> None:
    hub.model(f"org/{name}", {"hle.yaml": BAD})
    Repo.create(hub.root / f"models/empty/{name}")
    (hub.root / f"models/broken/{name}").mkdir(parents=True)
    (hub.root / f"models/broken/{name}/.git").write_text("gitdir: /nowhere\n")
    assert cli("validate", hub.root, "--format", form).status == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_missing_path_is_named_without_controls(tmp_path: Path, cli: Cli, form: str) -> None:
    outcome = cli("validate", tmp_path / "\x1b[31m\u202e", "--format", form)
    assert "\\x1b[31m\\u202e" in outcome.stderr


# --- contents -------------------------------------------------------------------------------------------------------

RAW = "\x1b[31m\x9b\u202e\ufeff"
ESCAPED = '"\\e[31m\\x9b\\u202e\\r\\n"'
CONTENTS = {
    "raw": RAW,
    "raw in a value": f"- dataset: {{id: cais/hle, task_id: {RAW}}}\n",
    "raw behind a mistake": f"- a: [ {RAW}\n",
    "directions in a comment": "- a: b: c # \u202e\u2066\n",
    "directions in a value": "- value: \u202ehigh\n  notes: x\n",
    "tabs": "- value:\t\thigh\n",
    "dataset": f"- dataset: {{id: {ESCAPED}, task_id: hle}}\n  value: 1\n",
    "task": f"- dataset: {{id: cais/hle, task_id: {ESCAPED}}}\n  value: 1\n",
    "value": f"- dataset: {{id: cais/hle, task_id: hle}}\n  value: {ESCAPED}\n",
    "key": f"- {ESCAPED}: 1\n",
    "equal keys": f"- {ESCAPED}: 1\n  {ESCAPED}: 2\n",
    "notes": (ENTRY + f"  notes: {ESCAPED}\n") * 2,
    "date": ENTRY + f"  date: {ESCAPED}\n",
    "source": ENTRY + f"  source: {ESCAPED}\n",
    "url": ENTRY + f"  source: {{url: 1, {ESCAPED}: 1}}\n",
    "tag": "- !<\u202ex> 1\n",
    "markup": ENTRY.replace("41.2", "'[bold red]x[/] [link=http://x]'"),
    "markup in a message": f"- '[/nothing]': 1\n  {ESCAPED}: 2\n",
    "emoji code": "- value: ':smile:'\n",
    "lone surrogate": '- value: "\\ud800"\n',
}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("text", CONTENTS.values(), ids=CONTENTS)
def test_hostile_content_is_shown_without_controls(model: Repo, cli: Cli, text: str, form: str) -> None:
    (_results(model) / "x.yaml").write_text(text)
    assert cli("validate", model.path, "--format", form).status == 1


@pytest.mark.parametrize("text", CONTENTS.values(), ids=CONTENTS)
def test_hostile_content_of_other_files_is_shown_without_controls(hub: HubDir, cli: Cli, text: str) -> None:
    (hub.root / "datasets/cais/hle/eval.yaml").write_text(text)
    (hub.root / "evalhub.yaml").write_text(text)
    assert cli("validate", hub.root).status == 1


def test_markup_in_a_file_is_shown_as_it_is_written(model: Repo, cli: Cli) -> None:
    (_results(model) / "x.yaml").write_text("- '[bold]x[/bold] :smile:': 1\n")
    assert "- '[bold]x[/bold] :smile:': 1" in cli("validate", model.path).stdout


def test_a_binary_file_is_told_shortly(model: Repo, cli: Cli) -> None:
    (_results(model) / "x.yaml").write_bytes(bytes(range(256)) * 3000)
    assert len(cli("validate", model.path).stdout) < 2_000


def test_a_file_in_one_very_long_line_is_told_shortly(model: Repo, cli: Cli) -> None:
    (_results(model) / "x.yaml").write_text("[" + "{a: 1}, " * 20_000 + "]")
    longest = max(len(line) for line in cli("validate", model.path).stdout.splitlines())
    assert longest < 1_000


def test_a_terabyte_is_refused_and_not_read(model: Repo) -> None:
    with (_results(model) / "x.yaml").open("wb") as stream:
        stream.truncate(1 << 40)
    assert _codes(validate([model.path])) == ["EH105"]
