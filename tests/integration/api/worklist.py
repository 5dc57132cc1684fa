"""Leads on the work list, told relative to the database's now, and the pages that list them."""

from typing import Any
from uuid import UUID

import httpx
import msgspec

from leadtrace.domain.calendar import DAY_US
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import (
    Contribution,
    DealShare,
    DealStatus,
    LeadOutcome,
    LeadScore,
    LeadStatus,
    Predicted,
    ScorePoint,
)
from tests.unit.api.snapshots import DEFINITION, deal_id, lead_id

PATH = "/v1/priorities"
HOUR_US = DAY_US // 24
BANDS = ("hot", "warm", "cold")
Body = LeadScore | LeadOutcome


def scored(number: int, now: int, band: str, hours: float, **fields: Any) -> LeadScore:
    """In its band for so many hours."""
    since = now - round(hours * HOUR_US)
    point = ScorePoint(since, 10_000, 30_000, band)
    made = LeadScore(
        lead_id=lead_id(number),
        definition=DEFINITION,
        at=since,
        fit=10_000,
        intent=30_000,
        band=band,
        grade="C1",
        intent_contributions=(Contribution("demo", 30_000, "asked to see it"),),
        timeline=(point,),
    )
    return msgspec.structs.replace(made, **fields)


def at_stage(number: int, now: int, stage: Stage | None = Stage.LEAD, **fields: Any) -> LeadOutcome:
    """An open lead that was captured two days ago, and came to its stage a day ago."""
    made = LeadOutcome(
        lead_id=lead_id(number),
        definition=DEFINITION,
        status=LeadStatus.OPEN,
        captured_at=now - 2 * DAY_US,
        stage=stage,
        stage_since=now - DAY_US,
        owner="anna",
        team="inside",
    )
    return msgspec.structs.replace(made, **fields)


def open_deal(number: int, share: int, currency: str = "EUR") -> DealShare:
    """A lead's part of an open deal."""
    return DealShare(deal_id(number), DealStatus.OPEN, share=share, currency=currency)


def predicted(probability: float) -> Predicted:
    """What a model says."""
    return Predicted(model_version=1, model_hash="h", horizon_days=90, log_odds=0, probability=probability)


async def pages(client: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    """The leads of all pages."""
    answer = await client.get(PATH, params=asked)
    found: list[dict[str, Any]] = []
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["leads"]
        if page["next"] is None:
            return found
        answer = await client.get(page["next"])


def numbers(leads: list[dict[str, Any]]) -> list[int]:
    """Which leads these are."""
    return [UUID(one["lead_id"]).int for one in leads]
