"""Opening pull requests on the Hugging Face Hub, by the Hub's own client, with the endpoint and token as that has them.

Where the token goes is for HF_ENDPOINT to say, and never for what a repository has as its remote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from evalhub.errors import EvalhubError
from evalhub.names import printable

_NUMBERED = re.compile(r"/discussions/([1-9][0-9]{0,9})/?$")
_MOST_WORDS = 300
_PATIENCE = 120  # seconds without an answer; the client itself waits for ever


@dataclass(frozen=True, slots=True)
class Commit:
    """What is proposed: the files' new contents by path (None: deleted), as a commit on top of `parent`."""

    files: Mapping[str, bytes | None]
    parent: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A pull request: its number, and its page (None: it was there before, and the Hub didn't tell)."""

    number: int
    url: str | None


class LostError(EvalhubError):
    """The connection was lost in the middle: what was asked for may have been done all the same."""


class HubClient:
    """The Hub's client, logged in. Raises `EvalhubError` where it isn't installed, or nobody is logged in."""

    def __init__(self) -> None:
        try:
            import huggingface_hub
            from huggingface_hub import errors
        except ImportError:
            hint = "pip install 'evalhub[hf]'"
            raise EvalhubError("pull requests on Hugging Face need the package huggingface_hub", hint) from None
        self._library = huggingface_hub
        self._errors: Any = errors
        self._token: str | None = huggingface_hub.get_token()
        if not self._token:
            raise EvalhubError("nobody is logged in to Hugging Face", "log in: hf auth login; or set HF_TOKEN")
        huggingface_hub.get_session().timeout = _PATIENCE
        self._api = huggingface_hub.HfApi(library_name="evalhub")

    def open_pull_request(self, repo_id: str, commit: Commit, onward: str) -> Opened:
        """Open a pull request with one commit. Raises `EvalhubError`, which says `onward` to go on."""
        info = self._commit(repo_id, commit, onward, create_pr=True)
        match = _NUMBERED.search(str(info.pr_url or ""))
        if match is None:  # the client returns the newest commit where it finds no file that differs
            raise EvalhubError("Hugging Face opened no pull request: it has these very files already", onward)
        return Opened(int(match[1]), self._shown(info.pr_url))

    def add_to_pull_request(self, repo_id: str, number: int, commit: Commit, onward: str) -> None:
        """Commit to an open pull request. Raises `EvalhubError`, which says `onward` to go on."""
        self._commit(repo_id, commit, onward, revision=f"refs/pr/{number}")

    def is_open(self, repo_id: str, number: int, onward: str) -> bool:
        """Ask whether a pull request is neither closed nor merged: its ref stays. Raises `EvalhubError`."""
        with self._explained(repo_id, onward):
            found = self._api.get_discussion_details(repo_id, number, token=self._token)
        return found.status in ("open", "draft")

    def page(self, repo_id: str, number: int) -> str:
        """Return the address of a pull request's page."""
        return self._shown(f"{self._api.endpoint}/{repo_id}/discussions/{number}")

    def _commit(self, repo_id: str, commit: Commit, onward: str, **options: Any) -> Any:
        add, delete = self._library.CommitOperationAdd, self._library.CommitOperationDelete
        with self._explained(repo_id, onward):
            operations = [
                delete(path_in_repo=path, is_folder=False)
                if content is None
                else add(path_in_repo=path, path_or_fileobj=content)
                for path, content in commit.files.items()
            ]
            return self._api.create_commit(
                repo_id,
                operations=operations,
                commit_message=commit.title,
                commit_description=commit.text,
                parent_commit=commit.parent,
                token=self._token,
                **options,
            )

    @contextmanager
    def _explained(self, repo_id: str, onward: str) -> Iterator[None]:
        """Turn what the client raises into one error that says what to do, without the token."""
        try:
            yield
        except self._errors.HfHubHTTPError as error:
            status = error.response.status_code if error.response is not None else 0
            raise self._refusal(error, status, printable(repo_id, limit=100), onward) from None
        except self._errors.OfflineModeIsEnabled:
            raise EvalhubError(
                "HF_HUB_OFFLINE keeps Hugging Face's client from asking", f"unset it; {onward}"
            ) from None
        except (self._errors.HTTPError, OSError) as error:
            if self._is_unreached(error):
                raise EvalhubError(f"can't reach {self._where}: {self._shown(error)}", onward) from None
            message = f"lost the connection to {self._where}: {self._shown(error)}"
            raise LostError(message, f"the pull request may have been opened all the same; {onward}") from None
        except (ValueError, RuntimeError, LookupError, TypeError) as error:
            raise EvalhubError(f"{self._where} answered strangely: {self._shown(error)}", onward) from None

    def _refusal(self, error: Any, status: int, repo: str, onward: str) -> EvalhubError:
        said = self._shown(error.server_message or error)
        if isinstance(error, self._errors.GatedRepoError):
            return EvalhubError(f"{repo} is gated: {said}", f"ask for access on {self._where}; {onward}")
        if status == 401:
            hint = f"log in again: hf auth login; or put HF_TOKEN right; {onward}"
            return EvalhubError(f"{self._where} doesn't take your token for {repo}: {said}", hint)
        if status == 403:
            hint = f"use one that may write, and open pull requests: hf auth login; {onward}"
            return EvalhubError(f"your token may not do this on {repo}: {said}", hint)
        if status == 404:
            hint = f"put the remote's URL right, or log in as who may see it: hf auth login; {onward}"
            return EvalhubError(f"{self._where} has no model {repo} that you may see: {said}", hint)
        if status in (409, 412):
            return EvalhubError(f"{repo} has changed at this moment: {said}", onward)
        if status == 429:
            return EvalhubError(f"{self._where} asks to wait: {said}", f"wait a little; {onward}")
        return EvalhubError(f"{self._where} refused ({status}): {said}", onward)

    def _is_unreached(self, error: Exception) -> bool:
        """Whether the request surely never arrived."""
        return isinstance(error, ConnectionRefusedError) or type(error).__name__ in (
            "ConnectError",
            "ConnectTimeout",
            "ConnectionError",
            "UnsupportedProtocol",
        )

    @property
    def _where(self) -> str:
        return self._shown(str(self._api.endpoint).removesuffix("/"))

    def _shown(self, words: object) -> str:
        text = " ".join(str(words).split()) or type(words).__name__
        if self._token:
            text = text.replace(self._token, "***")
        return printable(text, limit=_MOST_WORDS)
