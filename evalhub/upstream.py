"""What a remote has now: its default branch and what is proposed there, read without changing any ref of the clone."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pygit2

from evalhub import git, pulls
from evalhub.git_program import Ended, GitProgram
from evalhub.pulls import PullRef
from evalhub.remotes import Remote, prompts, refused
from evalhub.results import RESULTS_FOLDER

_HEADS = "refs/heads/"
_ASKED = ("HEAD", "refs/heads/*", "refs/pr/*", "refs/pull/*/head", "refs/merge-requests/*/head")
_LINE = re.compile(r"([0-9a-f]{40})\t(\S+)")
_SYMBOLIC = re.compile(r"ref: (refs/heads/\S+)\tHEAD")
# A server can list any text, and git takes one with a colon or asterisk for a refspec, which writes refs of the clone.
_NO_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)|[/.]$")
_LONGEST_NAME = 300  # a thousand such still fit into a command
_MOST_FETCHED = 1_000  # refs that the clone hasn't got: so many arguments are one command
_TRIES = 3
_PATIENCE = 120  # seconds
# The objects only: no ref, no FETCH_HEAD, nothing that the user's configuration would do beside it.
_FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--refmap=",
    "--no-prune",
    "--no-auto-maintenance",
    "--recurse-submodules=no",
)
_NOWHERE = "evalhub: nobody has written this"


@dataclass(frozen=True, slots=True)
class Upstream:
    """What stands on a remote: its default branch (None: it has no commits), the ids of its refs, by the names they
    have there, and those that are pull requests. `skipped` are older pull requests that weren't fetched.
    """

    default: git.Branch | None
    ids: dict[str, pygit2.Oid]
    pulls: tuple[PullRef, ...]
    skipped: int = 0

    @property
    def default_name(self) -> str:
        return self.default.ref.removeprefix(_HEADS) if self.default else "main"


def look(program: GitProgram, remote: Remote, tip: str, onward: str) -> Upstream:
    """Ask a remote what it has, and fetch the objects of it that are missing to compare it with the commit `tip`.

    Raises `EvalhubError`, which says `onward` to go on, where the remote can't be reached.
    """
    for attempt in range(_TRIES):  # others push between asking and fetching
        ids, default = _listed(program, remote, onward)
        upstream = Upstream(default, ids, tuple(_proposals(ids, default)))
        with git.reading(str(program.folder), "the repository"):
            upstream, missing = _without_oldest(git.open_repository(program.folder), upstream)
        if not missing:
            break
        ended = fetch(program, remote, missing)
        if ended.status and attempt == _TRIES - 1:
            raise refused(remote, ended, program, onward)
    _fill_in(program, upstream, tip)
    return upstream


def fetch(program: GitProgram, remote: Remote, refspecs: list[str]) -> Ended:
    """Fetch `refspecs`; without a destination they change no ref."""
    no_head = ("-c", f"remote.{remote.name}.followRemoteHEAD=never")  # git 2.48 would make origin/HEAD
    return program.attempt(*no_head, *_FETCH, "--", remote.name, *refspecs, **prompts())


def _listed(program: GitProgram, remote: Remote, onward: str) -> tuple[dict[str, pygit2.Oid], git.Branch | None]:
    """Return the remote's refs that matter here, and its default branch."""
    ended = program.attempt(*_patience(program), "ls-remote", "--symref", "--", remote.name, *_ASKED, **prompts())
    if ended.status:
        raise refused(remote, ended, program, onward)
    named, ids = "", {}
    for line in ended.output.split("\n"):
        if match := _SYMBOLIC.fullmatch(line):
            named = match[1]
        elif match := _LINE.fullmatch(line):
            ids[match[2]] = pygit2.Oid(hex=match[1])
    head, ids = ids.get("HEAD"), _relevant(ids)
    for ref in (named, _HEADS + "main", _HEADS + "master"):
        if ref in ids and not ref.startswith(pulls.PROPOSALS):
            return ids, git.Branch(ref, ids[ref])
    same = [ref for ref, id in ids.items() if id == head and ref.startswith(_HEADS) and not pulls.is_proposal(ref)]
    return ids, git.Branch(same[0], ids[same[0]]) if same else None


def _patience(program: GitProgram) -> tuple[str, ...]:
    """Return the options with which git gives up a server that never answers, unless somebody has set others."""
    if program.ask("config", "--get-regexp", r"^http\..*lowspeed") is not None:
        return ()
    return "-c", "http.lowSpeedLimit=1", "-c", f"http.lowSpeedTime={_PATIENCE}"


def _relevant(ids: dict[str, pygit2.Oid]) -> dict[str, pygit2.Oid]:
    return {ref: id for ref, id in ids.items() if _is_name(ref) and (ref.startswith(_HEADS) or pulls.is_proposal(ref))}


def _is_name(ref: str) -> bool:
    return len(ref) <= _LONGEST_NAME and _NO_NAME.search(ref) is None


def _proposals(ids: dict[str, pygit2.Oid], default: git.Branch | None) -> list[PullRef]:
    return pulls.pull_refs(git.Refs(ids, {}), default)


def _without_oldest(repository: pygit2.Repository, upstream: Upstream) -> tuple[Upstream, list[str]]:
    """Return `upstream` with no more pull requests than are fetched at once, and the refs to fetch."""
    missing = [pull for pull in upstream.pulls if pull.tip not in repository]
    missing.sort(key=lambda pull: (pull.number is None, pull.number or 0))
    unfetched = {pull.ref for pull in missing[:-_MOST_FETCHED]} if len(missing) > _MOST_FETCHED else set()
    kept = tuple(pull for pull in upstream.pulls if pull.ref not in unfetched)
    wanted = [pull.ref for pull in missing if pull.ref not in unfetched]
    if upstream.default and upstream.default.tip not in repository:
        wanted.insert(0, upstream.default.ref)
    return Upstream(upstream.default, upstream.ids, kept, len(unfetched)), wanted


def _fill_in(program: GitProgram, upstream: Upstream, tip: str) -> None:
    """Let git download the result files that a partial clone lacks: libgit2 can't."""
    if not upstream.default or program.ask("config", "--get-regexp", r"^remote\..*\.promisor$") is None:
        return
    tips = [upstream.default.tip, *(pull.tip for pull in upstream.pulls), pygit2.Oid(hex=tip)]
    with git.reading(str(program.folder), "the repository"):
        repository = git.open_repository(program.folder)
        commits = [id for id in tips if git.is_commit(repository, id)]
        bases = {git.merge_base(repository, upstream.default.tip, each) for each in commits} - {None}
    wanted = list(dict.fromkeys(map(str, (*commits, *bases))))
    for start in range(0, len(wanted), _MOST_FETCHED):  # reads every file to look for what is in none
        part = wanted[start : start + _MOST_FETCHED]
        program.attempt("grep", "--quiet", "-F", "-e", _NOWHERE, *part, "--", RESULTS_FOLDER, **prompts())
