"""A lead on its way from one pair of hands to another: both sides are recorded."""

import msgspec


class HandoverOffered(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The lead was offered to a team, an owner or a partner."""

    team: str | None = None
    owner: str | None = None
    partner: str | None = None
    actor: str | None = None


class HandoverAccepted(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The offer was taken."""

    team: str | None = None
    owner: str | None = None
    partner: str | None = None
    actor: str | None = None


class HandoverRejected(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The offer was turned down, with a reason of the definitions' closed list."""

    reason: str
    team: str | None = None
    owner: str | None = None
    partner: str | None = None
    actor: str | None = None


class HandoverReturned(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A lead that had been taken was given back, with a reason of the definitions' closed list."""

    reason: str
    team: str | None = None
    owner: str | None = None
    partner: str | None = None
    actor: str | None = None
