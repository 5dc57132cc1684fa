"""What must hold before a version of the definitions takes over: both teams said yes, and it is folded.

There is no way round it, for nobody.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leadtrace.events.definition import Team
from leadtrace_ingest.definitions.rows import GivenApproval, Progress, Shadow, Version


class Lack(NamedTuple):
    """A rule that does not hold yet, and what to do."""

    rule: str
    remedy: str


def person(name: str) -> str:
    """Who is meant, however it is spelt: case and blanks tell nobody apart."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def same_approval(one: GivenApproval, other: GivenApproval) -> bool:
    """Whether it says again what was said: one person's yes for one team to one hash, with the same note."""
    return (one.hash, one.team, person(one.approved_by), one.note) == (
        other.hash,
        other.team,
        person(other.approved_by),
        other.note,
    )


def lacks(
    wanted: Version,
    approvals: Sequence[GivenApproval],
    shadow: Shadow | None,
    progress: Sequence[Progress],
) -> list[Lack]:
    """Everything that keeps a version from taking over; nothing if it may."""
    return [*_approved(wanted, approvals), *_folded(wanted, shadow, progress)]


def _approved(wanted: Version, approvals: Sequence[GivenApproval]) -> Iterator[Lack]:
    people = {team: set[str]() for team in Team}
    for one in approvals:
        if one.hash == wanted.hash:
            people[one.team].add(person(one.approved_by))
    for team, said in people.items():
        if not said:
            yield Lack(
                f"{team.value} has not approved it",
                f"`leadtrace definitions approve {wanted.version} --team {team.value} --by NAME`",
            )
    if all(people.values()) and len(set.union(*people.values())) == 1:
        yield Lack(
            "one person approved it for both teams",
            "have somebody else approve it for one of them",
        )


def _folded(wanted: Version, shadow: Shadow | None, progress: Sequence[Progress]) -> Iterator[Lack]:
    begin = f"`leadtrace definitions shadow {wanted.version}`"
    if shadow is None:
        yield Lack("it is not in the shadow", begin)
    elif shadow.version != wanted.version:
        yield Lack(
            f"version {shadow.version} is in the shadow instead", f"{_end(shadow.version)}, then {begin}"
        )
    else:
        for one in progress:
            if not one.complete:
                yield _waits_for(one, begin, _end(wanted.version))


def _end(version: int) -> str:
    return f"`leadtrace definitions shadow {version} --end`"


def _waits_for(one: Progress, begin: str, end: str) -> Lack:
    if one.error is not None:
        # No service folds a shadow again that failed there, until it is begun anew.
        return Lack(f"{one.service} failed to fold it: {one.error}", f"{end}, then {begin}")
    if not one.total:
        return Lack(f"{one.service} has not begun to fold it", f"wait; {begin} follows it")
    return Lack(f"{one.service} has folded {one.done:,} of {one.total:,}", f"wait; {begin} follows it")
