"""Which branch of one's own another commit goes to, where what it proposes is to be changed."""

from __future__ import annotations

from collections.abc import Iterable

from evalhub import git, proposals, pulls
from evalhub.errors import EvalhubError
from evalhub.leaderboard import branch_name
from evalhub.names import printable
from evalhub.results import EvalResult
from evalhub.snapshot import Place, RepoSnapshot


def branch_to_update(snapshot: RepoSnapshot, results: Iterable[EvalResult], named: str | None) -> Place | None:
    """Return the branch to update: the one that is named, or the one that proposes another value, source, date or
    revision; None: a new one.

    Raises `EvalhubError` where there are several, or it isn't one's own.
    """
    local = {item.place.ref: item.place for item in snapshot.results if item.place.ref.startswith(pulls.PROPOSALS)}
    if named is not None:
        ref = pulls.PROPOSALS + named.removeprefix("evalhub/")
        if ref not in local:
            message = (
                f"{printable(snapshot.id)} has no open branch evalhub/{printable(ref.removeprefix(pulls.PROPOSALS))}"
            )
            known = ", ".join(printable(branch_name(each)) for each in sorted(local))
            raise EvalhubError(message, f"its open branches: {known}" if known else "without --update: a new branch")
        refs = {ref}
    else:
        wanted = {result.series: result for result in results}
        refs = {
            item.place.ref
            for item in snapshot.results
            if item.place.ref in local and changes(wanted.get(item.result.series), item.result)
        }
        if len(refs) > 1:
            refs = {ref for ref in refs if _last_author(snapshot, local[ref])[1] == _own_email(snapshot)} or refs
    if not refs:
        return None
    if len(refs) > 1:
        listed = ", ".join(printable(branch_name(ref)) for ref in sorted(refs))
        raise EvalhubError(
            f"several branches propose something else: {listed}", "name one: --branch NAME", exit_status=2
        )
    place = local[refs.pop()]
    _refuse_others(snapshot, place)
    return place


def changes(wanted: EvalResult | None, proposed: EvalResult) -> bool:
    """Whether a result says something else than the one that is proposed for the same task and notes."""
    return wanted is not None and wanted.completed_by(proposed) != proposed


def _refuse_others(snapshot: RepoSnapshot, place: Place) -> None:
    name, email = _last_author(snapshot, place)
    if email != _own_email(snapshot):
        branch = printable(branch_name(place.ref))
        who = printable(f"{name} <{email}>", limit=100)
        raise EvalhubError(
            f"the branch {branch} is not yours: {who} made its last commit", "without --update: --supersede"
        )


def _own_email(snapshot: RepoSnapshot) -> str:
    return proposals.identity(snapshot.path).rpartition("<")[2].rstrip(">")


def _last_author(snapshot: RepoSnapshot, place: Place) -> tuple[str, str]:
    """Return the name and address of who made a branch's last commit, whatever their encoding."""
    with git.reading(str(snapshot.path), place.ref):
        author = git.read_commit(git.open_repository(snapshot.path), place.branch.tip).author
    name, email = ((raw or b"").decode("utf-8", "replace") for raw in (author.raw_name, author.raw_email))
    return name, email
