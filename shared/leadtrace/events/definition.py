"""A version of the definitions takes over: from a moment on it judges, since marketing and sales said yes."""

from enum import StrEnum

import msgspec

from leadtrace.events.envelope import Moment


class Team(StrEnum):
    """Those who own the definitions together; each must say yes to a version."""

    MARKETING = "marketing"
    SALES = "sales"


class Approval(msgspec.Struct, frozen=True, gc=False):
    """A person said yes for a team."""

    team: Team
    by: str
    at: Moment


class DefinitionActivated(msgspec.Struct, frozen=True, omit_defaults=True):
    """From `activated_at` on this version judges; `before` is the one that did until then.

    `id`, `version` and `hash` are what stands on every score by it. `approvals` are all that were given for
    exactly this hash, in order.
    """

    version: int
    id: str
    hash: str
    activated_at: Moment
    approvals: tuple[Approval, ...]
    before: int | None = None
