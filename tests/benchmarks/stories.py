"""Leads as a CRM and a website tell them: a capture, properties one by one, touches and stages."""

import random
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from leadtrace.events.envelope import Event
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.builders import DAY_ZERO, event

_PROPERTIES = {
    "company_domain": "acme.example",
    "seniority": "manager",
    "function": "v3",
    "country": "de",
    "industry": "software",
    "employees": "250",
    "budget": "12000",
}


def stories(leads: int, seed: int = 1) -> Iterator[list[Event]]:
    """The events of each lead, fifteen or so, in the order in which they happen."""
    chance = random.Random(seed)
    for lead in range(leads):
        told: list[msgspec.Struct] = [LeadCaptured(acquisition=Acquisition(channel="paid_search"))]
        told += [LeadUpdated(properties={name: value}) for name, value in _PROPERTIES.items()]
        told += [_touch(chance) for _ in range(chance.randint(3, 9))]
        told.append(LeadStageChanged(stage=Stage.MARKETING_QUALIFIED, claimed="mql"))
        yield [
            event(data, f"contact/{lead}", 100 * lead + place, at=DAY_ZERO + timedelta(hours=9 * place))
            for place, data in enumerate(told)
        ]


def _touch(chance: random.Random) -> TouchpointRecorded:
    return TouchpointRecorded(
        channel=chance.choice(("email", "paid_search", "events")),
        page=chance.choice(("/pricing", "/blog/1", None)),
        signal=chance.choice(("demo_request", None, None)),
    )
