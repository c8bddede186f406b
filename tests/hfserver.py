"""A Hugging Face Hub on loopback: the few endpoints that opening a pull request needs, and the repositories over HTTP.

It makes real commits, in bare repositories below a directory, and checks nothing but the token; `sent` is what it was
sent, and `break_at` maps an endpoint to what goes wrong there.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from gitrepos import Repo
from gitservers import GitHandler, GitServer

TOKEN = "hf_ThisIsNotARealTokenOfAnybody00"
_API = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)/(?P<what>preupload|commit|discussions)/(?P<revision>[^/]+)")


@dataclass
class Sent:
    """A commit that was sent: to which repo and revision, with which query and headers, its header and operations."""

    repo: str
    revision: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    header: dict[str, Any]
    operations: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class HubHandler(GitHandler):
    """Answers the Hub's API, and git otherwise."""

    protocol_version = "HTTP/1.1"
    server: HubServer

    def _serve(self) -> None:
        self.close_connection = True
        parts = urlsplit(self.path)
        api = _API.fullmatch(parts.path)
        if api is None:
            if self.server.git_is_gone:
                self.send_error(503)
                return
            self.path = f"/{self.path.lstrip('/').replace('/info/', '.git/info/').replace('/git-', '.git/git-')}"
            super()._serve()
            return
        body = self.body()
        failure = self.server.break_at.get(api["what"])
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer(401, {"error": "Invalid credentials in Authorization header"})
        elif isinstance(failure, int):
            # What a server says may hold what it was sent.
            self.answer(failure, {"error": f"because of {self.headers['Authorization']}"})
        elif api["what"] == "preupload":
            self.preupload(json.loads(body))
        elif api["what"] == "discussions":
            self.discussion(api["repo"], int(api["revision"]))
        else:
            self.commit(api["repo"], unquote(api["revision"]), parse_qs(parts.query), body, str(failure or ""))

    def answer(self, status: int, data: object, **headers: str) -> None:
        content = json.dumps(data).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def preupload(self, asked: dict[str, Any]) -> None:
        modes = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in asked["files"]]
        self.answer(200, {"files": modes})

    def discussion(self, repo: str, number: int) -> None:
        status = "closed" if (repo, number) in self.server.closed else "open"
        made = {"createdAt": "2026-01-01T00:00:00.000Z", "author": {"name": "ada"}, "title": "It", "events": []}
        pull = {"isPullRequest": True, "changes": {"base": "refs/heads/main"}, "filesWithConflicts": []}
        self.answer(200, {**made, **pull, "num": number, "status": status, "repo": {"name": repo, "type": "model"}})

    def commit(self, repo: str, revision: str, query: dict[str, list[str]], body: bytes, failure: str) -> None:
        lines = [json.loads(line) for line in body.splitlines()]
        header = lines[0]["value"]
        operations = [(line["key"], line["value"]) for line in lines[1:]]
        self.server.sent.append(Sent(repo, revision, query, dict(self.headers), header, operations))
        if failure == "silence":
            self.rfile.read(1)  # until the client gives up
            return
        if failure == "cut before":
            self.connection.close()
            return
        number, oid = self.server.apply(self.server.sent[-1])
        if failure == "cut after":
            self.connection.close()
            return
        base = f"http://{self.server.address}/{repo}"
        page = f"{base}/discussions/{number}" if query.get("create_pr") else None
        self.answer(200, {"commitUrl": f"{base}/commit/{oid}", "commitOid": oid, "pullRequestUrl": page})


class HubServer(GitServer):
    """Serves `root` as the Hub does. `git_is_gone` answers every question of git with an error."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, handler=HubHandler)
        self.sent: list[Sent] = []
        self.break_at: dict[str, int | str] = {}
        self.closed: set[tuple[str, int]] = set()  # pull requests
        self.git_is_gone = False
        self.lose_git_after_commit = False
        self.meanwhile: Callable[[], object] = lambda: None  # what somebody else does after the commit

    def repo(self, id: str) -> Repo:
        return Repo(self.root / f"{id}.git", bare=True)

    def apply(self, sent: Sent) -> tuple[int, str]:
        """Make the commit that was sent, and return the number of its pull request and its id."""
        repo = self.repo(sent.repo)
        files: dict[str, bytes | None] = {}
        for key, value in sent.operations:
            files[f"./{value['path']}"] = base64.b64decode(value["content"]) if key == "file" else None
        if sent.query.get("create_pr"):
            refs = repo.git("for-each-ref", "--format=%(refname)", "refs/pr/").split()
            number = max((int(ref.rpartition("/")[2]) for ref in refs), default=0) + 1
            start = sent.header.get("parentCommit") or repo.tip()
        else:
            number = int(sent.revision.rpartition("/")[2])
            start = repo.git("rev-parse", sent.revision)
            assert start == sent.header["parentCommit"]
        message = f"{sent.header['summary']}\n\n{sent.header['description']}"
        oid = repo.commit(files, on=f"refs/pr/{number}", start=start, author="Ada on the Hub", message=message)
        self.meanwhile()
        self.git_is_gone = self.git_is_gone or self.lose_git_after_commit
        return number, oid
