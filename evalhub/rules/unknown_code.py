"""EH405: a code in the registry that no finding has, so that selecting or ignoring it has no effect."""

from __future__ import annotations

from collections.abc import Iterator

from evalhub.choices import code_of, meant_code
from evalhub.names import printable
from evalhub.rules.subjects import Context, ParsedFile, field_of
from evalhub.yaml_source import Problem


def check(file: ParsedFile, _context: Context) -> Iterator[Problem]:
    for key in ("select", "ignore"):
        codes = field_of(file.document.data, "validate", key)
        for index, code in enumerate(codes if isinstance(codes, list) else ()):
            if isinstance(code, str) and code and code_of(code) is None:
                message = f"no code begins with {printable(code, limit=60)}"
                yield file.problem("EH405", message, ("validate", key, index), meant_code(code))
