"""What `GET /v1/deals/{deal_id}/credits` says."""

from datetime import date
from uuid import UUID

from pydantic import Field

from leadtrace_api.credits.schemas import Given, PendingCredits
from leadtrace_api.schemas import Answer, Money, Stamped


class Traveller(Answer):
    """A lead of the deal; its touches are on the deal's path."""

    lead_id: UUID
    role: str | None = Field(description="In the buying group, in the words of the CRM.")
    share: Money | None = Field(
        description="Its part of what is left of the deal, by contact weight; null without an amount."
    )


class JourneyTouch(Answer):
    """One touch on the path."""

    place: int = Field(description="1 is the oldest touch of the whole path.")
    channel: str | None
    source: str | None
    medium: str | None
    campaign: str | None
    content: str | None
    outlet: str | None


class DealJourney(Answer):
    """How the deal got where it is."""

    outcome: str = Field(description="won, lost or open.")
    ended_on: date | None
    touches: int = Field(description="All touches on the path.")
    cut: bool = Field(description="Whether the look-back window left touches out.")
    missing_milestones: tuple[str, ...] = Field(
        description="Of a won deal, milestones before which there is no touch: what they would get is shared "
        "by those present."
    )
    path: tuple[JourneyTouch, ...] = Field(description="The oldest touch first; of very long paths the end.")


class TouchCredit(Answer):
    """What touches of the same dimensions got together, by model."""

    key: dict[str, str | None]
    attributed: bool = Field(description="False: the deal has no touch at all.")
    models: dict[str, Given]


class DealCreditsTotal(Answer):
    """All of it: one deal, and what is left of its money."""

    models: dict[str, Given]


class DealCredits(Stamped):
    """The answer: credit of a won deal, and of every deal the journey."""

    deal_id: UUID
    status: str
    leads: tuple[Traveller, ...]
    journey: DealJourney | None = Field(description="Null until it is made, and of a deleted deal.")
    credits: tuple[TouchCredit, ...] = Field(description="Of a won deal, whatever the day of the booking.")
    total: DealCreditsTotal
    pending: PendingCredits
