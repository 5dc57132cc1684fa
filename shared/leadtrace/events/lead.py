"""What happens to a lead: one struct per event of the catalogue."""

from enum import StrEnum

import msgspec

from leadtrace.events.personal import Personal
from leadtrace.events.reference import LeadRef


class Stage(StrEnum):
    """The ladder, and the places beside it."""

    INQUIRY = "inquiry"
    LEAD = "lead"
    MARKETING_QUALIFIED = "mql"
    SALES_ACCEPTED = "sal"
    SALES_QUALIFIED = "sql"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"
    LOST = "lost"


LADDER = (
    Stage.INQUIRY,
    Stage.LEAD,
    Stage.MARKETING_QUALIFIED,
    Stage.SALES_ACCEPTED,
    Stage.SALES_QUALIFIED,
    Stage.OPPORTUNITY,
    Stage.CUSTOMER,
)


class Acquisition(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where something came from, by dimension; a missing one is None."""

    channel: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    content: str | None = None
    outlet: str | None = None
    form: str | None = None
    partner: str | None = None


class LeadCaptured(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person became known: a form, an import, a record made in the CRM."""

    acquisition: Acquisition = Acquisition()
    properties: dict[str, str | None] = {}
    personal: Personal = Personal()
    bulk: bool = False
    origin: str | None = None


class LeadUpdated(msgspec.Struct, frozen=True, omit_defaults=True):
    """Properties of a lead changed; None clears one. `acquisition` carries original-source properties."""

    acquisition: Acquisition = Acquisition()
    properties: dict[str, str | None] = {}
    personal: Personal = Personal()
    bulk: bool = False
    origin: str | None = None


class LeadStageChanged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM says that the lead stands at another stage: a claim, `claimed` in the CRM's own words.

    `asserted` says that a record as it stands was read, not a change seen: it never undoes a change.
    `bulk` says that many records were changed at once, `origin` in the CRM's word what changed it (`app`,
    `api`): here and wherever else an event has them.
    """

    stage: Stage
    claimed: str
    actor: str | None = None
    asserted: bool = False
    bulk: bool = False
    origin: str | None = None


class LeadOwnerChanged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The lead went to another owner or team; None means that nobody owns it."""

    owner: str | None = None
    team: str | None = None
    actor: str | None = None
    bulk: bool = False
    origin: str | None = None


class LeadDeleted(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM deleted the record; what happened before stays true."""

    actor: str | None = None


class LeadRestored(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM brought a deleted record back."""

    actor: str | None = None


class LeadStale(msgspec.Struct, frozen=True, omit_defaults=True):
    """Changes of the record were missed: what is known of it may be out of date; `change` says which kind."""

    change: str


class LeadWatched(msgspec.Struct, frozen=True, omit_defaults=True):
    """From now on the lead is watched; of others like it, those that ended before are not told of."""

    actor: str | None = None


class LeadMerged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM says that other records were merged into this one."""

    absorbed: tuple[LeadRef, ...]
    actor: str | None = None


class LeadSplit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Other records are not of this person: undoes a merge, and outweighs keys that they share."""

    apart: tuple[LeadRef, ...]
    reason: str | None = None
    actor: str | None = None


class LeadErased(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person's data are to be erased; `request` says in the sender's words who or what asked."""

    request: str
    actor: str | None = None


class Flag(StrEnum):
    """What a record may be marked as."""

    TEST = "test"
    BOT = "bot"
    DUPLICATE = "duplicate"
    DO_NOT_CONTACT = "do_not_contact"


class LeadFlagged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The record was marked, or a mark was taken away."""

    flag: Flag
    removed: bool = False
    actor: str | None = None
