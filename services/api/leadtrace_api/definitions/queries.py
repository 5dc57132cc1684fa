"""What ingest keeps of the versions of the definitions, read within one snapshot of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, text

from leadtrace_api.definitions.schemas import ApprovalSaid, Period
from leadtrace_api.reading import Reading

_VERSIONS = text("select version, id, hash, body, registered_at from ingest.pub_definitions")
_APPROVALS = text("""
select version, team, approved_by, note, approved_at from ingest.pub_definition_approvals
order by approved_at, team
""")
_SHADOW = text("select version from ingest.pub_definition_shadows")
_ACTIVATIONS = text("select version, activated_at from ingest.pub_definition_activations order by ordinal")


@dataclass(frozen=True, slots=True)
class Kept:
    """The registered versions by number, and what is told of any version, registered or not."""

    versions: dict[int, Row[Any]]
    approvals: Sequence[Row[Any]]
    shadow: int | None
    activations: Sequence[Row[Any]]
    live: int

    def approvals_of(self, version: int) -> tuple[ApprovalSaid, ...]:
        """Who said yes to it, in order."""
        return tuple(
            ApprovalSaid(
                team=one.team, approved_by=one.approved_by, note=one.note, approved_at=one.approved_at
            )
            for one in self.approvals
            if one.version == version
        )

    def in_force(self, version: int) -> tuple[Period, ...]:
        """When it judged. The first of all did since ever; while none was activated, the live one does."""
        if not self.activations:
            return (Period(since=None, until=None),) if version == self.live else ()
        first = self.activations[0]
        return tuple(
            Period(
                since=None if one is first else one.activated_at,
                until=following.activated_at if following is not None else None,
            )
            for one, following in pairwise([*self.activations, None])
            if one is not None and one.version == version
        )


async def kept(now: Reading) -> Kept:
    """All of it."""
    connection = now.connection
    versions = (await connection.execute(_VERSIONS)).all()
    return Kept(
        {one.version: one for one in versions},
        (await connection.execute(_APPROVALS)).all(),
        (await connection.execute(_SHADOW)).scalar_one_or_none(),
        (await connection.execute(_ACTIVATIONS)).all(),
        now.version,
    )
