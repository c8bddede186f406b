"""What one finding is, and the one table of all codes."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Severity(enum.StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding: its stable id, its kebab-case name, how severe it is, and what it finds in one line."""

    id: str
    name: str
    severity: Severity
    description: str


def _table(*codes: tuple[str, str, Severity, str]) -> dict[str, Code]:
    return {code[0]: Code(*code) for code in codes}


_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

# EH0xx: repositories and refs; EH1xx: any file; EH2xx: results; EH3xx: eval.yaml; EH4xx: evalhub.yaml.
# A code is never renumbered or used again: people write them into their configurations.
CODES = _table(
    ("EH001", "unreadable-repo", _ERROR, "git can't open or read this repository"),
    ("EH002", "unreadable-ref", _ERROR, "a branch or pull request can't be read: objects are missing or corrupt"),
    ("EH003", "duplicate-repo", _WARNING, "two repositories in the hub have the same id: only the first counts"),
    ("EH004", "no-commits", _WARNING, "the repository has no commits on its default branch yet"),
    ("EH101", "yaml-syntax", _ERROR, "the file is not valid YAML"),
    ("EH102", "not-utf8", _ERROR, "the file is not UTF-8 text"),
    ("EH103", "duplicate-key", _ERROR, "a key stands twice in one mapping: YAML readers silently keep the last"),
    ("EH104", "multiple-documents", _ERROR, "the file holds more than one YAML document"),
    ("EH105", "file-too-large", _ERROR, "the file is over 1 MiB"),
    ("EH106", "too-complex", _ERROR, "the YAML is nested too deep or expands to too many values"),
    ("EH107", "lfs-pointer", _ERROR, "a Git LFS pointer stands where the YAML should be"),
    ("EH108", "not-a-file", _ERROR, "a symbolic link, submodule or other non-file stands where a YAML file should be"),
    ("EH109", "unsupported-yaml", _ERROR, "a YAML tag or key that JSON has no word for"),
    ("EH110", "missing-key", _ERROR, "a required key is missing"),
    ("EH111", "unknown-key", _ERROR, "a key that the format doesn't have"),
    ("EH112", "wrong-type", _ERROR, "a value of the wrong type"),
    ("EH113", "invalid-value", _ERROR, "a value that the format doesn't allow"),
    ("EH114", "more-findings", _WARNING, "the file has more findings than are shown"),
    ("EH201", "date-not-a-string", _ERROR, "an unquoted date, which YAML turns into a date object"),
    ("EH202", "non-finite-value", _ERROR, "a value that is infinite, not a number, or too large to compare"),
    ("EH203", "unknown-benchmark", _WARNING, "the benchmark is not in the hub"),
    ("EH204", "unknown-task", _ERROR, "the benchmark's eval.yaml doesn't define this task"),
    ("EH205", "duplicate-result", _ERROR, "two entries of one repository for the same dataset, task and notes"),
    ("EH206", "file-not-read", _WARNING, "a file that the Hub doesn't read: only .eval_results/*.yaml counts"),
    ("EH207", "invalid-date", _ERROR, "a date that no calendar has"),
    ("EH208", "ambiguous-number", _ERROR, "a number that YAML 1.1 and YAML 1.2 readers take for different values"),
    ("EH209", "scale-mismatch", _WARNING, "the value looks as if it were on another scale than the benchmark's"),
    ("EH210", "value-out-of-range", _WARNING, "a value outside what the benchmark's scale allows"),
    ("EH211", "future-date", _ERROR, "a date that has not come yet"),
    ("EH212", "date-before-benchmark", _WARNING, "a date before the dataset's first commit"),
    ("EH213", "unknown-revision", _WARNING, "a dataset revision that its clone doesn't have, or that is a branch"),
    ("EH214", "outdated-revision", _WARNING, "a dataset revision at which the task was defined differently from today"),
    ("EH215", "unusable-source-url", _ERROR, "a source URL that is no web address"),
    ("EH216", "source-credentials", _ERROR, "a source URL, or another text, with a user name, password or token in it"),
    ("EH217", "local-source", _ERROR, "a source on a local disk, or on this machine"),
    ("EH218", "two-attributions", _WARNING, "a source that is attributed to a user and to an organisation"),
    ("EH219", "inconsistent-notes", _WARNING, "notes that are other results' notes in another spelling"),
    ("EH220", "file-name-mismatch", _WARNING, "the file's name doesn't tell the benchmark"),
    ("EH221", "unofficial-benchmark", _WARNING, "the hub's registry doesn't list this benchmark"),
    ("EH222", "malformed-token", _ERROR, "a verify token that is no well-formed JWT"),
    ("EH223", "base-model-score", _WARNING, "the same score as the model's base model has"),
    ("EH301", "duplicate-task", _ERROR, "two tasks of one eval.yaml have the same id"),
    ("EH302", "unknown-framework", _WARNING, "an evaluation framework that this release doesn't know"),
    ("EH303", "unknown-spec-key", _WARNING, "a key that eval.yaml doesn't define"),
    ("EH304", "unknown-field", _ERROR, "a field of field_spec that the dataset's card doesn't have"),
    ("EH305", "unknown-config", _ERROR, "a task's config that the dataset's card doesn't have"),
    ("EH306", "unknown-split", _ERROR, "a task's split that the dataset's card doesn't have"),
    ("EH307", "missing-choices", _ERROR, "the solver multiple_choice, and no choices in field_spec"),
    ("EH308", "unworkable-scorer", _ERROR, "a scorer that can't work with the task's solvers or with its arguments"),
    ("EH309", "unpinned-grader", _WARNING, "a model grades the answers, and nothing says which one"),
    ("EH310", "unknown-placeholder", _ERROR, "a placeholder in a template that Inspect AI doesn't fill in"),
    ("EH311", "removed-task", _WARNING, "results point to a task that eval.yaml doesn't define any more"),
    ("EH401", "ambiguous-alias", _ERROR, "an alias that stands for more than one benchmark"),
    ("EH402", "unregistered-dataset", _WARNING, "the registry lists a benchmark that is not in the hub"),
    ("EH403", "unregistered-task", _ERROR, "the registry names a task that the benchmark doesn't have"),
    ("EH404", "duplicate-registration", _ERROR, "the registry lists a benchmark or task twice"),
    ("EH405", "unknown-code", _WARNING, "the registry selects or ignores a code that no finding has"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: lines and columns in characters from 1; the end column is the one after the last."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class FileRef:
    """Which file is meant.

    `path` is relative to the repository (with `/`), or as the user gave it where there is no repository;
    `repo` is the repository's id; `ref` names the branch or pull request, or is None for the working tree;
    `directory` is where the repository is on disk, for showing a path that can be opened.
    """

    path: str
    repo: str | None = None
    ref: str | None = None
    directory: str | None = None

    def __reduce__(self) -> tuple[type[FileRef], tuple[str | None, ...]]:
        return FileRef, (self.path, self.repo, self.ref, self.directory)  # dataclasses pickle with a loop of their own


class Change(enum.Enum):
    """What a repair changes: a text gets quotes, a key or a value is written anew, an entry goes, a file is renamed."""

    QUOTED = enum.auto()
    VALUE = enum.auto()
    KEY = enum.auto()
    REMOVED = enum.auto()
    RENAMED = enum.auto()


@dataclass(frozen=True, slots=True)
class Meant:
    """What must have been meant, where there is one right answer: `text` in place of the key or value that is there."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair: `text` in place of what stands at `span`, which makes `meant` of the key or value at `path`; without a
    span, `text` is the file's new path. `source` is a digest of the file's text for which that is right.
    """

    change: Change
    description: str
    text: str
    span: Span | None = None
    path: tuple[str | int, ...] = ()
    meant: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding of validation. `source_line` is the text of the line that `span` begins on; `fix` repairs it in the
    working tree, where there is one right answer.
    """

    code: str
    message: str
    file: FileRef
    span: Span | None = None
    hint: str | None = None
    source_line: str | None = None
    fix: Fix | None = field(default=None, compare=False)  # what an alias repeats is one finding

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR
