"""A population of leads as a company has them, from a seed: who they are, what they did, what was sold."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import msgspec

from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref

DAYS = 120

_WHO: dict[str, tuple[str | None, ...]] = {
    "company_domain": ("acme.example.net", "widgets.example.net", "shop.example.net", "rival.example", None),
    "seniority": ("c_level", "director", "manager", "junior", None),
    "function": ("marketing", "sales", "it", "law", None),
    "employees": ("12", "80", "900", "7000", None),
    "industry": ("retail", "information_technology_services", "mining", None),
    "country": ("DE", "AT", "BR", "US", None),
    "budget": ("500", "20000", None, None),
    "buying_role": ("budget_holder", "user", None, None),
}
_DID = (
    {"channel": "organic_search"},
    {"channel": "direct_traffic", "page": "/pricing/teams"},
    {"channel": "email_marketing"},
    {"channel": "referrals"},
    {"channel": "paid_social", "signal": "content_download"},
    {"signal": "webinar_attended"},
    {"signal": "demo_request"},
    {"signal": "form_submission"},
    {"signal": "unsubscribe"},
)
_HOW_OFTEN = (6, 4, 5, 2, 3, 2, 1, 3, 1)
_CLAIMS = (Stage.LEAD, Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED)


def population(leads: int, *, seed: int = 20_260_101, touches: int = 8) -> list[Event]:
    """Events of so many leads over `DAYS` days, about `touches` each; every sixteenth deal has two leads."""
    chance, numbers = random.Random(seed), count(1)  # noqa: S311 - no secret
    made: list[Event] = []
    for lead in range(1, leads + 1):
        made += _lead(chance, numbers, f"contact/{lead}", touches)
        if chance.random() < 1 / 8:
            group = [lead] if lead == 1 or chance.random() < 15 / 16 else [lead, lead - 1]
            made += _deal(chance, numbers, lead, group)
    return made


def _lead(chance: random.Random, numbers: Iterator[int], subject: str, touches: int) -> Iterator[Event]:
    captured = _moment(chance)
    who = {name: chance.choice(values) for name, values in _WHO.items()}
    data: list[msgspec.Struct] = [
        LeadCaptured(acquisition=Acquisition(channel=chance.choice(("organic_search", "email", None)))),
        LeadUpdated(properties=who),
    ]
    yield from (event(one, subject, next(numbers), at=captured) for one in data)
    for _ in range(chance.randint(0, 2 * touches)):
        did = TouchpointRecorded(**chance.choices(_DID, _HOW_OFTEN)[0])
        yield event(did, subject, next(numbers), at=_moment(chance))
    for stage in _CLAIMS[: chance.choice((0, 1, 1, 2, 2, 3, 4))]:
        claim = LeadStageChanged(stage=stage, claimed=stage.value)
        yield event(claim, subject, next(numbers), at=max(captured, _moment(chance)))


def _deal(chance: random.Random, numbers: Iterator[int], number: int, group: list[int]) -> Iterator[Event]:
    amount, currency = (
        f"{chance.randint(1, 90_000)}.{chance.randint(0, 99):02}",
        chance.choice(("EUR", "USD")),
    )
    links = [DealLinked(lead=lead_ref(f"contact/{lead}")) for lead in group]
    opened = _moment(chance)
    data = [DealCreated(), DealUpdated(amount=amount, currency=currency), *links]
    if chance.random() < 3 / 4:
        data.append(DealWon(claimed="closedwon"))
    for one in data:
        yield event(one, f"deal/{number}", next(numbers), at=opened)


def _moment(chance: random.Random) -> datetime:
    return DAY_ZERO + timedelta(seconds=chance.randrange(DAYS * 86_400))
