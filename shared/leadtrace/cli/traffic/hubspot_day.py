"""A small company's HubSpot over two months, as many events as one busy day brings.

The same day and seed make the same events, so a second demonstration on one data folder posts nothing but
duplicates, and says so.
"""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from leadtrace.cli.traffic.journey import (
    CHANNELS,
    COUNTRIES,
    FIRST_NAMES,
    INDUSTRIES,
    JOB_TITLES,
    LAST_NAMES,
    LOST_REASONS,
    ChannelShape,
)

LEADS = 700
_DAYS = 60
_BATCH = 100
_PORTAL = 62_515
_FIRST_CONTACT, _FIRST_DEAL = 1_000_001, 9_000_001

HubSpotEvent = dict[str, Any]


def make_deliveries(until: datetime, *, leads: int = LEADS, seed: int = 7) -> list[bytes]:
    """Request bodies of up to 100 events each, of the 60 days before `until` (aware), in order of time."""
    events = sorted(_World(until, leads, seed).events(), key=lambda event: event["occurredAt"])
    for number, event in enumerate(events, start=100_001):
        event["eventId"] = number
    batches = [events[start : start + _BATCH] for start in range(0, len(events), _BATCH)]
    return [json.dumps(batch, separators=(",", ":")).encode() for batch in batches]


class _World:
    def __init__(self, until: datetime, leads: int, seed: int) -> None:
        self._chance = random.Random(f"{until:%Y-%m-%d} {leads} {seed}")  # noqa: S311 - a repeatable story
        self._until = until
        self._leads = leads
        self._deals = 0

    def events(self) -> Iterator[HubSpotEvent]:
        """Every event of every lead, lead by lead; what would lie after `until` has not happened yet."""
        weights = [channel.share for channel in CHANNELS]
        for number in range(self._leads):
            channel = self._chance.choices(CHANNELS, weights)[0]
            for event in self._lead(_FIRST_CONTACT + number, channel):
                if event["occurredAt"] <= int(self._until.timestamp() * 1_000):
                    yield event

    def _lead(self, contact: int, channel: ChannelShape) -> Iterator[HubSpotEvent]:
        at = self._until - timedelta(minutes=self._chance.randrange(_DAYS * 24 * 60))
        yield _event("contact.creation", at, objectId=contact, changeFlag="CREATED")
        for name, value in self._profile(contact, channel):
            yield _changed("contact", contact, at, name, value)
        for stage, chance, within_days in (
            ("marketingqualifiedlead", channel.to_mql, 4),
            ("salesqualifiedlead", channel.to_sql, 9),
        ):
            if self._chance.random() > chance:
                return
            at = self._later(at, within_days)
            yield _changed("contact", contact, at, "lifecyclestage", stage)
        if self._chance.random() <= channel.to_deal:
            yield from self._deal(contact, self._later(at, 6), channel)

    def _profile(self, contact: int, channel: ChannelShape) -> Iterator[tuple[str, str]]:
        first, last = self._chance.choice(FIRST_NAMES), self._chance.choice(LAST_NAMES)
        yield "lifecyclestage", "lead"
        if channel.name:
            yield "hs_analytics_source", channel.name
        yield "email", f"{first}.{last}.{contact}@company-{contact % 211}.example".lower()
        yield "firstname", first
        yield "lastname", last
        yield "jobtitle", self._chance.choice(JOB_TITLES)
        yield "country", self._chance.choice(COUNTRIES)
        if self._chance.random() < 0.6:  # noqa: PLR2004 - forms leave the rest empty
            yield "industry", self._chance.choice(INDUSTRIES)
            yield "numemployees", str(self._chance.choice((8, 35, 120, 480, 2_500)))

    def _deal(self, contact: int, at: datetime, channel: ChannelShape) -> Iterator[HubSpotEvent]:
        deal = _FIRST_DEAL + self._deals
        self._deals += 1
        amount = f"{self._chance.randrange(1_200, 48_000)}.{self._chance.choice(('00', '50', '99'))}"
        yield _event("deal.creation", at, objectId=deal, changeFlag="CREATED")
        yield _event(
            "deal.associationChange",
            at,
            associationType="DEAL_TO_CONTACT",
            fromObjectId=deal,
            toObjectId=contact,
            associationRemoved=False,
            isPrimaryAssociation=True,
        )
        yield _changed("deal", deal, at, "dealstage", "appointmentscheduled")
        yield _changed("deal", deal, at, "amount", amount)
        at = self._later(at, 18)
        if self._chance.random() <= channel.to_won:
            yield _changed("deal", deal, at, "dealstage", "closedwon")
        elif self._chance.random() < 0.5:  # noqa: PLR2004 - the rest stay open
            yield _changed("deal", deal, at, "closed_lost_reason", self._chance.choice(LOST_REASONS))
            yield _changed("deal", deal, at, "dealstage", "closedlost")

    def _later(self, at: datetime, within_days: int) -> datetime:
        return at + timedelta(minutes=self._chance.randrange(30, within_days * 24 * 60))


def _changed(kind: str, subject: int, at: datetime, name: str, value: str) -> HubSpotEvent:
    return _event(f"{kind}.propertyChange", at, objectId=subject, propertyName=name, propertyValue=value)


def _event(subscription: str, at: datetime, **more: object) -> HubSpotEvent:
    return {
        "eventId": 0,
        "subscriptionId": 11,
        "portalId": _PORTAL,
        "appId": 54_321,
        "occurredAt": int(at.timestamp() * 1_000),
        "subscriptionType": subscription,
        "attemptNumber": 0,
        "changeSource": "CRM_UI",
        **more,
    }
