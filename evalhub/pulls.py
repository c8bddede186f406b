"""Whose word each ref is: the default branch is its owner's, and these refs are pull requests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pygit2

from evalhub import git
from evalhub.files import quoted

PROPOSALS = "refs/heads/evalhub/"  # local branches that are pull requests
_LOCAL, _REMOTE = "refs/heads/", "refs/remotes/origin/"
# Hugging Face refs/pr/N, GitHub refs/pull/N/head, GitLab refs/merge-requests/N/head, and where clones keep them.
_PULL_REF = re.compile(
    r"refs/(?P<remote>remotes/origin/)?(?:pr|pull|merge-requests)/(?P<number>[1-9][0-9]{0,9})(?:/head)?"
)
_HOSTS_FOLDERS = frozenset({"pr", "pull", "merge-requests"})
_PROPOSAL_FOLDERS = {
    "refs": _HOSTS_FOLDERS,
    "refs/heads": frozenset({"evalhub"}),
    "refs/remotes/origin": _HOSTS_FOLDERS,
}


@dataclass(frozen=True, slots=True)
class PullRef:
    """A ref that stands for a pull request; `number` is None for a local `evalhub/*` branch."""

    ref: str
    tip: pygit2.Oid
    number: int | None


def default_branch(repository: pygit2.Repository, refs: git.Refs) -> git.Branch | None:
    """Return the branch that is the owner's word: not simply HEAD, which may be at anybody's proposal.

    What `origin/HEAD` points to, else `main`, else `master`, each as a local branch if there is one, else as the
    remote's; else HEAD, unless it is at a proposal: then the one other local branch. None where there are no commits,
    or nothing tells. Raises `git.UnreadableError` where the branch is there and holds no commit id.
    """
    upstream = refs.symbolic.get(_REMOTE + "HEAD", "").removeprefix(_REMOTE)
    for name in (upstream, "main", "master"):
        for ref in (_LOCAL + name, _REMOTE + name):
            if ref in refs.ids:
                return git.Branch(ref, refs.ids[ref])
            if name and os.path.isfile(os.path.join(repository.path, ref)):
                hint = f"put it right: git -C {quoted(repository.path)} update-ref {ref} COMMIT"
                raise git.UnreadableError(f"{ref} holds no commit id", hint)
    if repository.head_is_unborn:
        return None
    if _head_is_at_a_proposal(repository, refs):
        others = [ref for ref in refs.ids if ref.startswith(_LOCAL) and not ref.startswith(PROPOSALS)]
        return git.Branch(others[0], refs.ids[others[0]]) if len(others) == 1 else None
    head = repository.head
    return git.Branch("HEAD" if repository.head_is_detached else head.name, head.peel(pygit2.Commit).id)


def _head_is_at_a_proposal(repository: pygit2.Repository, refs: git.Refs) -> bool:
    if not repository.head_is_detached:
        return repository.head.name.startswith(PROPOSALS)
    tip = repository.head.target
    at_tip = [ref for ref, id in refs.ids.items() if id == tip]
    is_branch = any(ref.startswith(_LOCAL) and not ref.startswith(PROPOSALS) for ref in at_tip)
    return not is_branch and any(map(is_proposal, at_tip))


def is_proposal(ref: str) -> bool:
    """Whether a ref is where pull requests are, by its full name."""
    return ref.startswith(PROPOSALS) or _PULL_REF.fullmatch(ref) is not None


def is_own_word(ref: str) -> bool:
    """Whether what stands at a ref is surely no stranger's: a branch or tag, and not where proposals are. A commit's id
    tells nothing of that.
    """
    own = ref == "HEAD" or ref.startswith((_LOCAL, _REMOTE, "refs/tags/"))
    return own and not is_proposal(ref) and not ref.startswith(_REMOTE + "evalhub/")


def pull_refs(refs: git.Refs, default: git.Branch | None) -> list[PullRef]:
    """Return every ref that stands for a pull request: by number, then local branches that are not among those.

    Where a clone holds one number twice, the ref as the server names it counts; two different ones with one number
    are two pull requests.
    """
    numbered: dict[int, list[tuple[bool, PullRef]]] = {}
    local = []
    for name, tip in sorted((*refs.ids.items(), *_resolved(refs).items())):
        match = _PULL_REF.fullmatch(name)
        if match:
            pull = PullRef(name, tip, int(match["number"]))
            numbered.setdefault(pull.number or 0, []).append((match["remote"] is not None, pull))
        elif name.startswith(PROPOSALS) and not (default and name == default.ref):
            local.append(PullRef(name, tip, None))
    pulls: list[PullRef] = []
    for number in sorted(numbered):
        from_server = [pull for remote, pull in numbered[number] if not remote]
        by_tip = {pull.tip: pull for pull in reversed(from_server or [pull for _, pull in numbered[number]])}
        pulls += sorted(by_tip.values(), key=lambda pull: pull.ref)
    tips = {pull.tip for pull in pulls}
    return pulls + [pull for pull in local if pull.tip not in tips]


def _resolved(refs: git.Refs) -> dict[str, pygit2.Oid]:
    """Return the symbolic refs that stand for pull requests and lead to a commit, by branches: `stamps.py` tells of no
    tag that has changed.
    """
    resolved = {}
    for name, target in refs.symbolic.items():
        for _ in range(5):  # git follows no more
            target = refs.symbolic.get(target, target)
        if target in refs.ids and is_proposal(name) and not target.startswith("refs/tags/"):
            resolved[name] = refs.ids[target]
    return resolved


def _proposal_folders(git_dir: str) -> Iterator[str]:
    """Yield the directories in which loose refs may be that stand for pull requests."""
    for above, wanted in _PROPOSAL_FOLDERS.items():
        path = os.path.join(git_dir, above)
        with suppress(OSError):  # looked at once, instead of once for each
            for name in wanted.intersection(os.listdir(path)):
                yield os.path.join(path, name)


def broken_refs(git_dir: str, refs: git.Refs) -> list[str]:
    """Return the pull-request refs that hold no commit id: loose files of rubbish, which libgit2 passes over in
    silence, and symbolic refs that lead nowhere.
    """
    resolved = _resolved(refs)
    broken = []
    for path in _proposal_folders(git_dir):
        for directory, _, names in os.walk(path):
            for name in names:
                ref = os.path.relpath(os.path.join(directory, name), git_dir)
                if ref not in refs.ids and ref not in resolved and not name.endswith(".lock"):
                    broken.append(ref)
    return sorted(broken)
