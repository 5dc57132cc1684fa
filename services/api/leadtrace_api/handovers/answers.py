"""From what was found to the numbers of a group."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from leadtrace.domain.definitions.handover import Handover as HandoverTerms
from leadtrace.events.custody import OpenedBy
from leadtrace_api.handovers.cost_bounds import cost_bounds
from leadtrace_api.handovers.durations import duration
from leadtrace_api.handovers.found import Found
from leadtrace_api.handovers.queries import AGES
from leadtrace_api.handovers.schemas import (
    Age,
    Bounds,
    Debt,
    DeepSixed,
    DeepSixedLead,
    Handover,
    Promise,
    Why,
)
from leadtrace_api.handovers.spending import Amounts
from leadtrace_api.schemas import RATE_DIGITS, Rate, money, rate

_NOTHING: Counter[int] = Counter()


@dataclass(frozen=True, slots=True)
class Reasons:
    """The closed lists of the definitions in force."""

    rejections: frozenset[str] = frozenset()
    returns: frozenset[str] = frozenset()

    @classmethod
    def of(cls, block: HandoverTerms | None) -> "Reasons":
        """Those of the terms of the handover; without any there are none."""
        if block is None:
            return cls()
        lists = (block.rejection_reasons, block.return_reasons)
        return cls(*(frozenset(one.id for one in some) for some in lists))


def numbers(found: Found | None, spent: Amounts | None, currency: str, reasons: Reasons) -> Handover:
    """All numbers of one group; None: of no offers, and of leads of which nobody knows what they cost."""
    counts: dict[str, int] = {} if found is None else dict(found.counts._mapping)  # noqa: SLF001 - its public name
    get = Counter({name: value for name, value in counts.items() if isinstance(value, int)})
    return Handover(
        offered=get["offered"],
        opened_by={by.value: get[f"by_{by.value}"] for by in OpenedBy},
        open=get["open"],
        accepted=get["accepted"],
        rejected=get["rejected"],
        superseded=get["superseded"],
        gone=get["gone"],
        acceptance=_share(get["taken"], get["taken"] + get["rejected"]),
        rejections=_why([] if found is None else found.rejections, reasons.rejections),
        returned=get["returned"],
        returns=_why([] if found is None else found.returns, reasons.returns),
        accept=_promise("accept", get, found),
        contact=_promise("contact", get, found),
        deep_sixed=_deep_sixed(found, get["untouched"], currency),
        debt=Debt(
            untouched=get["untouched"],
            never_concluded=get["never_concluded"],
            without_reason=get["without_reason"],
            reported=_share(get["reported"], get["reported"] + get["unreported"]),
        ),
        win_rate=_bounds(get["won"], get["reported"], get["unreported"]),
        cpo=cost_bounds(
            spent,
            currency,
            orders=found.orders if found is not None else 0,
            reported=get["reported"],
            unreported=get["unreported"],
        ),
    )


def deep_sixed_lead(row: Row[Any]) -> DeepSixedLead:
    """A lead of the list."""
    lead: UUID = row.lead_id
    return DeepSixedLead(
        lead_id=lead,
        team=row.team,
        owner=row.owner,
        partner=row.partner,
        accepted_at=row.answered_at,
        due_at=row.contact_due_at,
        href=f"/v1/leads/{lead}",
    )


def _share(part: int, n: int) -> Rate:
    return rate(part, n, "wilson")


def _why(rows: list[Row[Any]], listed: frozenset[str]) -> tuple[Why, ...]:
    return tuple(Why(reason=row.reason, listed=row.reason in listed, n=row.n) for row in rows)


def _promise(clock: str, get: Counter[str], found: Found | None) -> Promise:
    def times(of: str) -> tuple[Counter[int], Counter[int]]:
        if found is None:
            return _NOTHING, _NOTHING
        return found.finished.get((clock, of), _NOTHING), found.running.get((clock, of), _NOTHING)

    return Promise(
        kept=_share(get[f"{clock}_in_time"], get[f"{clock}_due"]),
        overdue=get[f"{clock}_overdue"],
        at_risk=get[f"{clock}_at_risk"],
        time=duration(*times("time")),
        business_time=duration(*times("business_time")),
    )


def _deep_sixed(found: Found | None, leads: int, currency: str) -> DeepSixed:
    rows = {} if found is None else found.ages
    ages = [
        Age(
            days_from=first,
            days_to=last,
            leads=rows[place].leads if place in rows else 0,
            at_risk=money(rows[place].value if place in rows else 0, currency),
        )
        for place, (first, last) in enumerate(AGES)
    ]
    return DeepSixed(leads=leads, ages=tuple(ages))


def _bounds(won: int, reported: int, unreported: int) -> Bounds:
    expected = round(won + unreported * won / reported, RATE_DIGITS) if reported else None
    return Bounds(
        unreported=unreported,
        all_lost=rate(won, reported + unreported, "plain_ratio"),
        like_the_rest=rate(won, reported, "plain_ratio"),
        won=won,
        won_like_the_rest=expected,
    )
