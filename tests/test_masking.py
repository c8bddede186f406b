"""Passwords and tokens that stand in a file are in nothing that is said of it."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable

import pytest
from conftest import Cli
from costs import budget
from gitrepos import HubDir, entry
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from evalhub.checking import check_files
from evalhub.checkouts import source_file
from evalhub.diagnostics import Diagnostic, FileRef
from evalhub.masking import gives_away, is_secret_key, masked
from evalhub.names import printable
from evalhub.render import reports
from evalhub.render.diagnostics import print_report
from evalhub.render.leaderboards import print_boards
from evalhub.rules.subjects import Context
from evalhub.validation import Report

STARS = "********"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("https://ada:swordfsh@example.org/x", f"https://{'*' * 12}@example.org/x"),
        ("https://ghp_abcd@example.org/x", f"https://{STARS}@example.org/x"),
        ("https://ada:sw@rdf@example.org/x", f"https://{'*' * 10}@example.org/x"),
        ("https://ada:swo/dfi#h?@example.org/x", f"https://{'*' * 14}@example.org/x"),
        ("https://example.org/x?token=swordfsh&b=2", f"https://example.org/x?token={STARS}&b=2"),
        (
            "https://example.org/x?a=1&X-Amz-Signature=swordfsh#b",
            f"https://example.org/x?a=1&X-Amz-Signature={STARS}#b",
        ),
        ("{url: 'https://a:swordf@example.org', x: 1}", f"{{url: 'https://{STARS}@example.org', x: 1}}"),
        ("{url: https://example.org?key=swordfsh, x: 1}", f"{{url: https://example.org?key={STARS}, x: 1}}"),
        ("see hf_abcdefghijklmnopqrst", f"see {'*' * 23}"),
        ("  verifyToken: 'swordfsh'", f"  verifyToken: '{STARS}'"),
    ],
)
def test_what_is_secret_is_masked_at_its_length(text: str, safe: str) -> None:
    assert masked(text) == safe


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/@ada/x",
        "https://example.org:8080/a@b",
        "git@github.com:org/model",
        "ssh://git@github.com/org/model",
        '{"url":"https://example.org","user":"a@b"}',
        "pass@1, mmlu:pass@5",
        "https://example.org/x?tokens=5&keyword=x&max_tokens=5",
        "https://github.com/huggingface/hf_transfer",
        "a_b = c",
        "",
    ],
)
def test_what_is_not_secret_is_left(text: str) -> None:
    assert masked(text) == text


def test_half_a_secret_is_not_left_where_text_is_cut() -> None:
    assert "sword" not in printable("https://ada:kingfisher@example.org", limit=20)


LONG = {
    "users": "//a:b",
    "users with a host": "//a:b@",
    "schemes": "https:",
    "slashes": "//",
    "ports": "//h:1",
    "keys": "?key=",
    "tokens": "hf_",
    "JWTs": "-eyJ",
    "words": "verifyToken",
}


@pytest.mark.parametrize("end", ["", "@", "@=_"])
@pytest.mark.parametrize("piece", LONG.values(), ids=LONG)
def test_a_long_line_is_masked_in_little_time(piece: str, end: str) -> None:
    text = piece * ((1 << 20) // len(piece)) + end
    begun = time.process_time()
    assert len(masked(text)) == len(text)
    assert time.process_time() - begun < budget(3)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("api_key: swordfsh", f"api_key: {STARS}"),
        ('{"apiKey": "swordfsh", "x": 1}', f'{{"apiKey": "{STARS}", "x": 1}}'),
        ("my_token: sword fish # mine", "my_token: ********** # mine"),
        ("{password: swordfsh, x: 1}", f"{{password: {STARS}, x: 1}}"),
        ("max_tokens: 512", "max_tokens: 512"),
        ("keyword: swordfsh", "keyword: swordfsh"),
        ("the verify token is no JWT: it has 1 part", "the verify token is no JWT: it has 1 part"),
    ],
)
def test_what_stands_at_a_key_for_secrets_is_masked(text: str, safe: str) -> None:
    assert masked(text) == safe


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("verifyToken", True),
        ("verify_token", True),
        ("API_KEY", True),
        ("apiKey", True),
        ("Token", True),
        ("hf-token", True),
        ("password", True),
        ("tokens", False),
        ("max_tokens", False),
        ("keys", False),
        ("monkey", False),
        ("key", False),
    ],
)
def test_keys_tell_secrets(key: str, secret: bool) -> None:
    assert is_secret_key(key) is secret


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.org/x?key=mmlu-pro&sig=3", False),
        ("https://example.org/x?key=mmlu-pro-2024-hard-subset", False),
        ("https://example.org/x?key=AIzaSyD4x8q1w2e3r4t5y6u7i8o9p0a1s2d3f4g", True),
        ("https://example.org/x?token=mmlu", True),
    ],
)
def test_a_key_that_is_words_gives_nothing_away(url: str, found: bool) -> None:
    assert gives_away(url) is found


# --- findings -------------------------------------------------------------------------------------------------------

WORD = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789", min_size=1, max_size=20)
SECRET = st.tuples(st.just("s3cr3t"), st.text("abcXYZ0189-._~!$*+", max_size=20), st.just("t3rc3s")).map("".join)
HOST = st.sampled_from(["example.org", "localhost:8080", "127.0.0.1", "hub", "[::1]", ""])
IN_URL: list[Callable[[str, str, str], str]] = [
    lambda secret, word, host: f"https://{word}:{secret}@{host}/{word}",
    lambda secret, word, host: f"HTTP://{secret}@{host}",
    lambda secret, word, host: f"{word}://{word}:{secret}@{host}/x",
    lambda secret, word, host: f"https:/{word}:{secret}@{host}/x",
    lambda secret, word, host: f"//:{secret}@{host}/x",
    lambda secret, word, host: f"https://{word}:a{word}/{secret}@{host}/x",
    lambda secret, word, host: f"https://{host}/{word}?token={secret}",
    lambda secret, word, host: f"https://{host}/{word}?a={word}&access_token={secret}&b={word}",
    lambda secret, word, host: f"https://{host}/?X-Amz-Signature={secret}#{word}",
    lambda secret, word, host: f"https://{host}/?{word}#api_key={secret}",
]
URLS = st.tuples(st.sampled_from(IN_URL), SECRET, WORD, HOST).map(lambda each: (each[1], each[0](*each[1:])))


def _escaped(text: str) -> str:
    return '"' + "".join(f"\\x{ord(char):02x}" if char in ":/@?=" else char for char in text) + '"'


STYLES: dict[str, Callable[[str], str]] = {
    "plain": str,
    "single quotes": lambda url: "'" + url.replace("'", "''") + "'",
    "JSON": json.dumps,
    "escaped slashes": lambda url: json.dumps(url).replace("/", "\\/"),
    "escapes": _escaped,
    "two lines": lambda url: json.dumps(url)[:-4] + "\\\n      " + json.dumps(url)[-4:],
    "anchor": lambda url: "&url " + json.dumps(url),
    "tag": lambda url: "!mine " + json.dumps(url),
}
FILES: dict[str, str] = {
    "source": "- dataset: {id: cais/hle, task_id: hle}\n  value: 1\n  source:\n    url: URL\n",
    "flow": "- {dataset: {id: cais/hle, task_id: hel}, value: high, source: {url: URL, nmae: x}}\n",
    "comment": "- dataset: {id: cais/hle, task_id: hle}\n  value: high # URL\n",
    "elsewhere": "- dataset: {id: URL, task_id: URL}\n  date: URL\n  value: URL\n  notes: URL\n  source: URL\n",
    "key": "- URL: 1\n  URL: 2\n",
    "broken": "- source: [ {url: URL\n",
    "eval.yaml": "name: X\nevaluation_framework: URL\ntasks: [{id: a, split: 1, x: URL}, {id: a}]\n",
    "evalhub.yaml": "benchmarks:\n- {dataset: URL, scale: URL}\n",
}


def _findings(kind: str, text: str) -> list[Diagnostic]:
    path = kind if kind.endswith(".yaml") else ".eval_results/hle.yaml"
    checked = check_files([source_file(FileRef(path, "org/model"), text.encode())], Context())
    return [one for each in checked for one in each.diagnostics]


def _text(report: Report) -> str:
    stream = io.StringIO()
    print_report(Console(file=stream, width=10_000, highlight=False), report)
    return stream.getvalue()


RENDERERS = {"text": _text, **reports.RENDERERS}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", FILES)
@settings(max_examples=30, deadline=None)
@given(drawn=URLS)
def test_no_secret_of_a_url_is_printed_in_any_format(kind: str, style: str, drawn: tuple[str, str]) -> None:
    secret, url = drawn
    written = url if kind == "comment" else STYLES[style](url)
    report = Report(1, tuple(_findings(kind, FILES[kind].replace("URL", written))))
    for render in RENDERERS.values():
        assert secret not in render(report)


@pytest.mark.parametrize("style", STYLES)
def test_no_secret_of_a_url_without_a_scheme_is_printed(style: str) -> None:
    text = FILES["source"].replace("URL", STYLES[style]("ada:kingfisher@example.org/x"))
    report = Report(1, tuple(_findings("source", text)))
    assert not any("kingfisher" in render(report) for render in RENDERERS.values())


BARE = "ada:kingfisher@example.org/x"
LONG_BARE = "ada:" + "kingfisher" * 30 + "@example.org"


@pytest.mark.parametrize(
    "text",
    [
        f"- dataset: {{id: {BARE}, task_id: {BARE}}}\n  value: 1\n",
        f"- dataset: {BARE}\n  value: {BARE}\n  date: {BARE}\n  notes: [{BARE}]\n",
        f"- dataset: {LONG_BARE}\n  value: {LONG_BARE}\n",
        f"- dataset: {{id: cais/hle, task_id: hle, revision: {BARE}}}\n  value: x\n  notes: {BARE}\n",
        "- dataset: {id: cais/hle, task_id: hle}\n  value: 1\n  verifyToken: Bearer kingfisher\n",
        "- dataset: {id: cais/hle, task_id: hle}\n  value: 1\n  verifyToken: 'Bearer: kingfisher, yes'\n",
        "- dataset: {id: cais/hle, task_id: hle}\n  value: 1\n  verifyToken: [Bearer, kingfisher]\n",
        "- dataset: {id: cais/hle, task_id: hle}\n  value: 1\n  verifyToken: |\n    Bearer kingfisher\n",
        "- dataset: {id: cais/hle, task_id: hle}\n  value: 1\n  verify_token: a kingfisher\n",
        "- {dataset: {id: cais/hle, task_id: hle}, value: high, api_key: a kingfisher}\n",
        '- {dataset: {id: cais/hle, task_id: hle}, value: high, source: {password: "king\\x66isher"}}\n',
        "- {verifyToken: {a: kingfisher}, value: x}\n",
        "- api_key: a kingfisher\n  value: [\n",
        "- value: [ {api_key: a kingfisher\n",
    ],
)
@pytest.mark.parametrize("path", [".eval_results/hle.yaml", "eval.yaml"])
def test_no_secret_without_a_url_is_printed(text: str, path: str) -> None:
    report = Report(1, tuple(_findings(path, text)))
    assert report.diagnostics
    assert not any("kingfisher" in render(report) for render in RENDERERS.values())


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("  notes: see https://ada:kingfisher@example.org/x\n", "notes"),
        ("  notes: hf_abcdefghijklmnopqrst\n", "notes"),
        ("  source: {url: https://example.org, name: ada:kingfisher@example.org}\n", "name"),
        ("  source: {url: https://example.org, user: hf_abcdefghijklmnopqrst}\n", "user"),
    ],
)
def test_a_secret_elsewhere_than_in_the_url_is_an_error(entry: str, path: str) -> None:
    text = "- dataset: {id: cais/hle, task_id: hle}\n  value: 1\n" + entry
    (found,) = [one for one in _findings("source", text.replace("URL", "")) if one.code == "EH216"]
    assert found.message.startswith(f"`{path}`")


@pytest.mark.parametrize("notes", ["maj//pass@5", "mmlu:pass@5", "pass@1, tokens: 5", "a_b=c", "key=mmlu"])
def test_notes_without_a_secret_are_no_error(notes: str) -> None:
    text = f"- dataset: {{id: cais/hle, task_id: hle}}\n  value: 1\n  notes: '{notes}'\n"
    assert "EH216" not in [one.code for one in _findings("source", text)]


@pytest.mark.parametrize(
    "url", ["https://ada:kingfisher@example.org", "ada:kingfisher@example.org", "//ada:kingfisher@x"]
)
def test_caret_stays_where_it_was(url: str) -> None:
    (found,) = [one for one in _findings("source", FILES["source"].replace("URL", url)) if one.code == "EH216"]
    assert found.source_line is not None
    assert len(found.source_line) == len(f"    url: {url}")


def test_a_line_says_all_that_is_not_secret() -> None:
    text = FILES["source"].replace("URL", "https://ada:kingfisher@example.org/report")
    (found,) = [one for one in _findings("source", text) if one.code == "EH216"]
    assert found.source_line == f"    url: https://{'*' * 14}@example.org/report"


def test_lines_without_secrets_are_shown_as_they_are() -> None:
    (found,) = [one for one in _findings("comment", FILES["comment"].replace("URL", "pass@1")) if one.code == "EH112"]
    assert found.source_line == "  value: high # pass@1"


URL = "https://ada:kingfisher@example.org/report"
HIDDEN = f"https://{'*' * 14}@example.org/report"
COMMANDS = [f"leaderboard hle --format {format}" for format in ("table", "json", "csv", "markdown")]
COMMANDS += [f"model org/model --format {format}" for format in ("table", "json")]


@pytest.fixture
def leaky(hub: HubDir) -> HubDir:
    """A hub whose only model has secrets in its sources' addresses and in its notes, and disagrees with itself."""
    secrets = {"source": {"url": URL}, "notes": f"as {URL} says"}
    hub.model("org/model", {"hle.yaml": [entry(1, **secrets), entry(2, source={"url": URL, "name": URL}, notes=URL)]})
    hub.model("org/other", {"hle.yaml": [entry(1, **secrets), entry(2, **secrets)]})
    return hub


@pytest.mark.parametrize("command", COMMANDS)
def test_no_secret_of_a_score_is_printed(leaky: HubDir, cli: Cli, command: str) -> None:
    outcome = cli(*command.split(), "--hub", leaky.root)
    assert outcome.status == 0
    assert "kingfisher" not in outcome.stdout + outcome.stderr
    assert HIDDEN in outcome.stdout.replace("\\", "").replace("<!-- -->", "")


def test_no_secret_of_a_score_is_in_a_terminals_link(leaky: HubDir) -> None:
    stream = io.StringIO()
    out = Console(file=stream, force_terminal=True, width=200, color_system="standard", highlight=False)
    print_boards(out, [leaky.board(per="variant")])
    assert "kingfisher" not in stream.getvalue()


def test_a_masked_address_is_no_link(leaky: HubDir, cli: Cli) -> None:
    assert "](" not in cli("leaderboard", "hle", "--hub", leaky.root, "--format", "markdown").stdout
