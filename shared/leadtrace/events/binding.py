"""Which lead, deal or account a record belongs to, whenever that changes: what merges and splits come to.

What senders say of it (`lead.merged`, `lead.split`, an e-mail address) are claims; ingest weighs them all and
tells here what came of it. Each of these goes to every entity that a record leaves or joins.
"""

from enum import StrEnum

import msgspec

from leadtrace.events.envelope import Number
from leadtrace.events.reference import EntityId


class Ground(StrEnum):
    """Why two records are, or are not, taken for one."""

    MERGED = "merged"
    SPLIT = "split"
    EMAIL = "email"
    PHONE = "phone"
    FAN_IN = "fan_in"
    CORRECTED = "corrected"
    LEFT_ALONE = "left_alone"


class Rebound(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One record that belongs elsewhere now.

    `founded` is the entity that it founded when it was first seen, `left` the one that it belonged to before,
    `joined` the one that it belongs to from `bindingrev` on, `because` why.
    """

    source: str
    subject: str
    founded: EntityId
    left: EntityId
    joined: EntityId
    bindingrev: Number
    because: Ground = Ground.MERGED


class LeadRebound(msgspec.Struct, frozen=True, omit_defaults=True):
    """Records of people that left this lead or joined it."""

    bindings: tuple[Rebound, ...]


class DealRebound(msgspec.Struct, frozen=True, omit_defaults=True):
    """Records of deals that left this deal or joined it."""

    bindings: tuple[Rebound, ...]


class AccountRebound(msgspec.Struct, frozen=True, omit_defaults=True):
    """Records of companies that left this account or joined it."""

    bindings: tuple[Rebound, ...]
