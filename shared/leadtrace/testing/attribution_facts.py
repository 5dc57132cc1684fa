"""Facts of leads and deals as attribution keeps them, told by the data of their events."""

from collections.abc import Callable, Sequence

import msgspec

from leadtrace.domain.attribution.extract import Values, extract_deal, extract_lead
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import render_lead
from leadtrace.domain.attribution.views import DealView, QualificationView
from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.events.catalogue import BY_DATA
from leadtrace.events.snapshots import DefinitionRef, LeadOutcome

START_US = 1_700_000_000_000_000
DEFINITION = DefinitionRef("default", 1, "0" * 64)

# A day since the start and what happened then.
Told = tuple[float, msgspec.Struct]


def day(number: float) -> int:
    """The moment (µs) that many days after the start."""
    return START_US + int(number * DAY_US)


def lead_facts(*told: Told) -> list[Fact]:
    """The facts of a lead's events, in the sender's order as told; ids are e1, e2 and so on."""
    return _facts(told, "contact/1", extract_lead)


def deal_facts(*told: Told) -> list[Fact]:
    """The facts of a deal's events, in the sender's order as told; ids are e1, e2 and so on."""
    return _facts(told, "deal/9", extract_deal)


def _facts(
    told: Sequence[Told], subject: str, extract: Callable[[int, msgspec.Struct], Values]
) -> list[Fact]:
    facts = []
    for number, (at, data) in enumerate(told, start=1):
        code = BY_DATA[type(data)].code
        values = extract(code, data)
        facts.append(
            Fact(day(at), 100, f"{number:06}", "hubspot", f"e{number}", int(code), subject, False, values)  # noqa: FBT003
        )
    return facts


def lead_outcome(
    facts: Sequence[Fact], *deals: DealView, qualification: QualificationView | None = None
) -> LeadOutcome:
    """The outcome of a lead called `lead-1` with these facts and deals."""
    state, _ = refold(LeadFold(), facts)
    return render_lead(
        state, lead_id="lead-1", deals=deals, qualification=qualification, definition=DEFINITION
    )
