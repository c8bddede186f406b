"""Which remote a branch is pushed to, what kind of host that is, and where a pull request is opened there."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from evalhub.errors import EvalhubError
from evalhub.files import quoted
from evalhub.git_program import Ended, GitProgram
from evalhub.names import printable
from evalhub.repos import HUB_HOSTS, split_url

_COMPARE = "https://{host}/{path}/compare/{base}...{branch}"
_PATTERNS = {
    "github.com": _COMPARE + "?expand=1",
    "ssh.github.com": "https://github.com/{path}/compare/{base}...{branch}?expand=1",
    "gitlab.com": "https://{host}/{path}/-/merge_requests/new?merge_request%5Bsource_branch%5D={branch}",
    "bitbucket.org": "https://{host}/{path}/pull-requests/new?source={branch}",
    "codeberg.org": _COMPARE,
}
_PAGE = re.compile(r"https?://[^\s<>\"']+")
_OPENS_ONE = re.compile("pull|merge|compare")
_USER_INFO = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//([^/\s]*)@", re.IGNORECASE)
# What git says in English where the other side doesn't know who asks, or has no such repository.
_UNAUTHENTICATED = re.compile(
    r"authentication failed|could not read (?:username|password)|permission denied|terminal prompts disabled"
    r"|access denied|invalid (?:username|credentials)|returned error: 40[13]",
    re.IGNORECASE,
)
_NOT_THERE = re.compile(
    r"repository\b.*\bnot found|does not appear to be a git repository|does not exist|not exported|returned error: 404",
    re.IGNORECASE,
)
# What git adds to every failure, whatever its reason.
_COMMONPLACE = re.compile(
    r"fatal: Could not read from remote repository\.\s+Please make sure you have the correct access rights\s+"
    r"and the repository exists\.|^fatal: ",
    re.MULTILINE,
)
_MOST_WORDS = 2_000
_LONGEST_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote by name. `url` is where it is pushed to, and `more` where else, with whatever user and password they
    have in them: never shown.
    """

    name: str
    url: str
    fetch_url: str
    more: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Where it is pushed to, for people, without user and password."""
        urls = (
            _USER_INFO.sub(lambda match: match[0].replace(f"{match[1]}@", ""), url) for url in (self.url, *self.more)
        )
        return ", ".join(printable(url, limit=200) for url in urls)

    @property
    def hugging_face_id(self) -> str | None:
        """The id of the repo on the Hugging Face Hub (or what HF_ENDPOINT names), or None where it is another host."""
        return _hugging_face_id(self.url)

    @property
    def shows_its_pulls(self) -> bool:
        """Whether it is fetched from the repo on the Hub that it is pushed to."""
        return _hugging_face_id(self.fetch_url) == self.hugging_face_id

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is on huggingface.co, and HF_ENDPOINT sends the Hub's client to another host."""
        return split_url(self.url)[0] in HUB_HOSTS and bool(_endpoint()) and split_url(_endpoint())[0] not in HUB_HOSTS

    def hide(self, words: str) -> str:
        """Return a stranger's words without the user's name and password of the remote's URL, one line."""
        return printable(" ".join(self._hidden(words).split()), limit=_MOST_WORDS)

    def remote_words(self, words: str) -> str:
        """Return only what the server said."""
        return printable("; ".join(filter(None, map(self.hide, _lines_of_server(words)))), limit=_MOST_WORDS)

    def _hidden(self, words: str) -> str:
        for url in (self.url, self.fetch_url, *self.more):
            match = _USER_INFO.match(url)
            for secret in match[1].split(":", 1)[1:] or [match[1]] if match else []:
                for form in {secret, unquote(secret)} - {"", "git"}:
                    words = words.replace(form, "***")
        return words


def find_remote(git: GitProgram, name: str | None) -> Remote:
    """Return the remote `name`, else `origin`, else the only one. Raises `EvalhubError`."""
    names = git.lines("remote")
    if name is not None and name not in names:
        there = f"there are: {printable(', '.join(names), limit=200)}" if names else "it has none"
        message = f"{git.name} has no remote {printable(name, limit=100)}"
        raise EvalhubError(message, f"{there}; add one: {git_command(git, 'remote add NAME URL')}", exit_status=2)
    if not names:
        hint = f"say where it is hosted: {git_command(git, 'remote add origin URL')}"
        raise EvalhubError(f"{git.name} has no remote to push to", hint)
    if name is None and "origin" not in names and len(names) > 1:
        listed = printable(", ".join(names), limit=200)
        raise EvalhubError(f"{git.name} has several remotes: {listed}", "name one: --remote NAME", exit_status=2)
    chosen = name or ("origin" if "origin" in names else names[0])
    push, fetch = (git.ask("remote", "get-url", *option, "--", chosen) for option in (("--push", "--all"), ()))
    if not push or not fetch:
        hint = f"say where it is: {git_command(git, f'remote set-url {quoted_ref(chosen)} URL')}"
        raise EvalhubError(f"the remote {printable(chosen)} of {git.name} has no URL", hint)
    first, *more = push.split("\n")
    return Remote(chosen, first, fetch.split("\n")[0], tuple(more))


def git_command(git: GitProgram, rest: str) -> str:
    """Return what to type to run git by hand."""
    return f"git -C {quoted(git.folder)} {rest}"


def quoted_ref(name: str) -> str:
    """Return a ref's or remote's name as it can be typed in a shell."""
    return shlex.quote(printable(name))


def prompts() -> dict[str, str]:
    """Return the environment in which git asks for a password only where somebody is there to type it, and speaks
    English, which is what is understood here.
    """
    attended = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
    return {"LC_ALL": "C"} if attended else {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}


def refused(remote: Remote, ended: Ended, git: GitProgram, what: str) -> EvalhubError:
    """Return why git couldn't reach a remote; `what` says what stays as it is, and how to go on."""
    words, name = ended.words, printable(remote.name)
    said = remote.hide(_COMMONPLACE.sub("", words)) or f"git ended with exit status {ended.status}"
    where = f"{name} ({remote.shown})"
    if _UNAUTHENTICATED.search(words):
        hint = f"log in to {_host(remote)} as git does it (a credential helper, an SSH key); {what}"
        return EvalhubError(f"{where} doesn't let you in: {said}", hint)
    if _NOT_THERE.search(words):
        hint = f"put its URL right: {git_command(git, f'remote set-url {quoted_ref(remote.name)} URL')}; {what}"
        return EvalhubError(f"there is no repository at {where}: {said}", hint)
    return EvalhubError(f"can't reach {where}: {said}", what)


def pull_request_url(remote: Remote, base: str, branch: str, words: str) -> str | None:
    """Return where a pull request of `branch` is opened: what the server said when it got it (`words`), else what is
    known of its host, else None.
    """
    for line in _lines_of_server(words):
        for page in _PAGE.findall(line):
            if len(page) <= _LONGEST_PAGE and _OPENS_ONE.search(page):
                return remote.hide(page)
    host, path = split_url(remote.url)
    pattern = _PATTERNS.get(host)
    if pattern is None:
        return None
    path = quote(path.strip("/").removesuffix(".git"))
    return pattern.format(host=host, path=path, base=quote(base), branch=quote(branch))


def _lines_of_server(words: str) -> Iterator[str]:
    """Yield what the server said, without what git adds to its lines."""
    for line in words.split("\n"):
        if line.startswith("remote:"):
            yield line.removeprefix("remote:").rstrip().removesuffix("\x1b[K").strip()


def _host(remote: Remote) -> str:
    return printable(split_url(remote.url)[0] or "it", limit=100)


def _endpoint() -> str:
    return os.environ.get("HF_ENDPOINT", "")


def _hugging_face_id(url: str) -> str | None:
    if not _is_hugging_face(url):
        return None
    return split_url(url)[1].strip("/").removeprefix(_folder()).removesuffix(".git")


def _is_hugging_face(url: str) -> bool:
    host = split_url(url)[0]
    if host in HUB_HOSTS:
        return True
    endpoint = _endpoint()
    if not endpoint or not host or host != split_url(endpoint)[0]:
        return False
    # Over SSH it has another port and folder, over HTTP the same.
    is_below = split_url(url)[1].strip("/").startswith(_folder()) and _port(url) == _port(endpoint)
    return is_below or not url.lower().startswith(("http:", "https:"))


def _folder() -> str:
    """Return the folder in which HF_ENDPOINT has its repositories, with a slash after it, or nothing."""
    path = split_url(_endpoint())[1].strip("/")
    return f"{path}/" if path else ""


def _port(url: str) -> int | None:
    try:
        parts = urlsplit(url)
        return parts.port or {"http": 80, "https": 443}.get(parts.scheme.lower())
    except ValueError:
        return None
