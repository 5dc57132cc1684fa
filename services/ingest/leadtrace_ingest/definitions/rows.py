"""What is kept of the definitions, row by row."""

from datetime import datetime
from uuid import UUID

import msgspec

from leadtrace.events.definition import Team


class Version(msgspec.Struct, frozen=True):
    """A registered version, without its text."""

    version: int
    id: str
    hash: str
    registered_at: datetime
    registered_by: str


class GivenApproval(msgspec.Struct, frozen=True):
    """A person said yes for a team to what has this hash; `recorded_by` is the key that told us."""

    version: int
    hash: str
    team: Team
    approved_by: str
    recorded_by: str
    note: str | None
    approved_at: datetime


class Shadow(msgspec.Struct, frozen=True):
    """A version that is folded beside the one in force."""

    shadow_id: UUID
    version: int
    hash: str
    started_at: datetime
    started_by: str


class Activation(msgspec.Struct, frozen=True):
    """A version that is, or was, in force from `activated_at` on; ordinals count from 1 without gaps."""

    ordinal: int
    version: int
    hash: str
    activated_at: datetime
    activated_by: str


class Progress(msgspec.Struct, frozen=True):
    """How far a service is with folding the version in the shadow."""

    service: str
    done: int = 0
    total: int = 0
    complete: bool = False
    error: str | None = None
