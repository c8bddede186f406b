"""Servers for git on loopback: git daemon, and git http-backend behind a small HTTP server, with a password or without.

They serve the bare repositories below one directory, by the URLs `url("org/model.git")`, until the context ends.
"""

from __future__ import annotations

import base64
import contextlib
import http.server
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from gitrepos import Repo

_DAEMON_STARTS = 30  # seconds


def bare_remote(root: Path, files: Repo, name: str = "org/model.git") -> Repo:
    """Make a bare repository of what `files` has, that may be pushed to over HTTP and by git daemon."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    made = files.clone(path, "--bare")
    made.git("remote", "remove", "origin")
    made.git("config", "http.receivepack", "true")
    (path / "git-daemon-export-ok").touch()
    return made


def hook(remote: Repo, name: str, script: str) -> None:
    """Give a repository a hook."""
    path = remote.git_dir / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def has_daemon() -> bool:
    path = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    return (Path(path) / "git-daemon").exists() or shutil.which("git-daemon") is not None


@contextlib.contextmanager
def git_daemon(root: Path) -> Iterator[str]:
    """Run git daemon; give the URL that paths come after."""
    port = free_port()
    options = ["--reuseaddr", "--enable=receive-pack", "--listen=127.0.0.1", f"--port={port}", f"--base-path={root}"]
    process = subprocess.Popen(
        ["git", "daemon", *options, str(root)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(port, process)
        yield f"git://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _DAEMON_STARTS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError("git daemon doesn't start")


class GitHandler(http.server.BaseHTTPRequestHandler):
    """Hands requests to git http-backend."""

    protocol_version = "HTTP/1.0"
    server: GitServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""

    def _serve(self) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        if not self.may_in():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.git()

    def end_headers(self) -> None:
        self.send_header("Connection", "close")  # or a client may ask again where nobody listens any more
        super().end_headers()

    def may_in(self) -> bool:
        if self.server.password is None:
            return True
        wanted = base64.b64encode(self.server.password.encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            chunks = []
            while size := int(self.rfile.readline().strip(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def told(self, content: bytes) -> bytes:
        """Return what is answered where git answers `content`."""
        return content

    def git(self) -> None:
        parts = urlsplit(self.path)
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "somebody",
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(["git", "http-backend"], input=self.body(), capture_output=True, env=environment)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        content = self.told(content)
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class GitServer(http.server.ThreadingHTTPServer):
    """Serves the repositories below `root`; `password` is `NAME:PASSWORD`. `seen` are the requests."""

    daemon_threads = False  # closing waits for them, so that nothing outlives a test

    def __init__(self, root: Path, password: str | None = None, handler: type[GitHandler] = GitHandler) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.root = root
        self.password = password
        self.seen: list[str] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def url(self, path: str, user: str = "") -> str:
        return f"http://{user + '@' if user else ''}{self.address}/{path}"


@contextlib.contextmanager
def running(server: GitServer) -> Iterator[GitServer]:
    """Serve in a thread until the context ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
