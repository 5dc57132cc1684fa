"""From rows of the work list to the answer, in JSON and as CSV."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
from sqlalchemy import Row

from leadtrace.domain.scoring.account import AccountPoints
from leadtrace.events.snapshots import LeadScore
from leadtrace.events.times import to_micros
from leadtrace_api.leads.current import numbers
from leadtrace_api.priorities.paging import cursor_text
from leadtrace_api.priorities.queries import Listed
from leadtrace_api.priorities.reason import colleagues, reason
from leadtrace_api.priorities.schemas import (
    Clock,
    ExpectedValue,
    IntentTrend,
    Priority,
    Probability,
    WorthOf,
)
from leadtrace_api.priorities.trend import change, direction
from leadtrace_api.priorities.valuation import Valuation
from leadtrace_api.schemas import RATE_DIGITS, money, points
from leadtrace_api.spreadsheet import cell

_SCORE = msgspec.json.Decoder(LeadScore)
_COLUMNS = (
    "lead_id",
    "owner",
    "team",
    "channel",
    "stage",
    "band",
    "grade",
    "fit",
    "intent",
    "intent_change",
    "intent_trend",
    "due_at",
    "left_s",
    "expected_value",
    "currency",
    "probability",
    "probability_method",
    "amount",
    "amount_method",
    "reason",
)


@dataclass(frozen=True, slots=True)
class Told:
    """How rows are told: as of which moment, valued how, in which currency; what their accounts add."""

    at: datetime
    valuation: Valuation
    currency: str
    accounts: Mapping[str, AccountPoints]


def priority(listed: Listed, told: Told) -> Priority:
    """A lead with everything that puts it where it is."""
    row = listed.row
    score = _SCORE.decode(row.score_body) if row.score_body is not None else None
    clock = _clock(listed, told.at)
    band_for_s = (told.at - row.band_since).total_seconds() if row.band_since is not None else None
    return Priority(
        rank=cursor_text(listed.place, told.valuation),
        lead_id=row.lead_id,
        owner=row.owner,
        team=row.team,
        channel=row.channel,
        stage=row.stage,
        band=row.band,
        grade=score.grade if score is not None else None,
        score=numbers(row.fit, row.intent, row.band) if row.band is not None else None,
        expected_value=_expected(row, told),
        intent_trend=_trend(score, told.at),
        clock=clock,
        reason=reason(
            score,
            band_for_s=band_for_s,
            at_least=score is not None and _begins_earlier(score),
            left_s=clock.left_s if clock is not None else None,
            colleagues=_colleagues(row.account, told),
        ),
        flags=tuple(row.flags),
        href=f"/v1/leads/{row.lead_id}",
    )


def _colleagues(account: str | None, told: Told) -> str | None:
    added = told.accounts.get(account) if account is not None else None
    return colleagues(account, added, to_micros(told.at)) if account is not None and added else None


def _begins_earlier(score: LeadScore) -> bool:
    """Whether the band may have been entered before the oldest point that is kept."""
    return bool(score.timeline_omitted) and all(point.band == score.band for point in score.timeline)


def _clock(listed: Listed, at: datetime) -> Clock | None:
    hours, since = listed.segment.hours, listed.row.band_since
    if hours is None:
        return None
    due_at = since + timedelta(hours=hours)
    return Clock(band_since=since, due_at=due_at, left_s=(due_at - at).total_seconds())


def _trend(score: LeadScore | None, at: datetime) -> IntentTrend | None:
    changed = change(score, to_micros(at)) if score is not None else None
    if changed is None:
        return None
    return IntentTrend(change=points(changed), direction=direction(changed).value)


def _expected(row: Row[Any], told: Told) -> ExpectedValue | None:
    probability, minor = _probability(row, told.valuation), (row.open_amounts or {}).get(told.currency)
    average, customers = told.valuation.average, told.valuation.customers
    of = minor if minor is not None else average
    if probability is None or of is None:
        return None
    worth = int((Decimal(str(probability.value)) * of).quantize(Decimal(1), ROUND_HALF_UP))
    is_own = minor is not None
    return ExpectedValue(
        value=money(worth, told.currency),
        probability=probability,
        amount=WorthOf(
            value=money(of, told.currency),
            method="open_deals" if is_own else "average_sale",
            n=None if is_own else customers,
        ),
    )


def _probability(row: Row[Any], valuation: Valuation) -> Probability | None:
    if row.predicted is not None:
        value = round(row.predicted, RATE_DIGITS)
        return Probability(value=value, method="predicted", n=None, interval=None)
    rate = valuation.rates.get(row.band or "")
    if rate is None:
        return None
    return Probability(value=rate.value, method="band_rate", n=rate.n, interval=(rate.low, rate.high))


def table_rows(told: Sequence[Priority]) -> Iterator[Sequence[object]]:
    """A line a lead, below the headings; what is not known is empty."""
    yield _COLUMNS
    for one in told:
        yield tuple("" if value is None else value for value in _line(one))


def _line(one: Priority) -> tuple[object, ...]:
    score, trend, clock, expected = one.score, one.intent_trend, one.clock, one.expected_value
    return (
        str(one.lead_id),
        cell(one.owner),
        cell(one.team),
        cell(one.channel),
        one.stage,
        one.band,
        one.grade,
        score.fit if score is not None else None,
        score.intent if score is not None else None,
        trend.change if trend is not None else None,
        trend.direction if trend is not None else None,
        clock.due_at.isoformat() if clock is not None else None,
        clock.left_s if clock is not None else None,
        expected.value.amount if expected is not None else None,
        expected.value.currency if expected is not None else None,
        expected.probability.value if expected is not None else None,
        expected.probability.method if expected is not None else None,
        expected.amount.value.amount if expected is not None else None,
        expected.amount.method if expected is not None else None,
        cell(one.reason),
    )
