"""Custody written once more from its rules: a table of what each happening does in each situation.

Slow on purpose: for every happening everything before it is walked through again, and nothing is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.custody.terms import Terms
from leadtrace.domain.fact import Fact
from leadtrace.events.catalogue import Code
from leadtrace.events.custody import Answer
from leadtrace.events.snapshots import DealStatus, LeadOutcome

LADDER = ["inquiry", "lead", "mql", "sal", "sql", "opportunity", "customer"]
# situation -> what is said -> (the situation after it, what becomes of the open offer, of the work)
_OPEN, _ACCEPT, _REJECT, _END = "open", "accept", "reject", "end"
_UNSOLD = ("marketing", "recycled", "won", "lost", "disqualified")
TABLE: dict[tuple[str, str], tuple[str, ...]] = {
    **{(one, "below"): ("marketing",) for one in _UNSOLD},
    # On the way up a stage gives nothing back that was handed over.
    **{(one, f"{what}_on"): (one,) for one in ("in_transit", "working") for what in ("below", "handover")},
    **{(one, "below_on"): ("marketing",) for one in _UNSOLD},
    **{(one, "handover_on"): ("in_transit", _OPEN) for one in _UNSOLD},
    ("in_transit", "below"): ("marketing", _REJECT),
    ("working", "below"): ("marketing", _END),
    **{(one, "handover"): ("in_transit", _OPEN) for one in _UNSOLD},
    ("in_transit", "handover"): ("in_transit",),
    ("working", "handover"): ("marketing", _END),
    **{(one, "beyond"): ("working", _OPEN, _ACCEPT) for one in _UNSOLD},
    ("in_transit", "beyond"): ("working", _ACCEPT),
    ("working", "beyond"): ("working",),
    **{(one, "offered"): ("in_transit", _OPEN) for one in _UNSOLD},
    ("in_transit", "offered"): ("in_transit", "supersede", _OPEN),
    ("working", "offered"): ("in_transit", _END, _OPEN),
    **{(one, "accepted"): ("working", _OPEN, _ACCEPT) for one in ("marketing", "recycled")},
    ("in_transit", "accepted"): ("working", _ACCEPT),
    ("working", "accepted"): ("working",),
    **{(one, "refused"): (one,) for one in _UNSOLD},
    ("in_transit", "refused"): ("marketing", _REJECT),
    ("working", "refused"): ("marketing", _END),
    ("in_transit", "taken"): ("working", _ACCEPT),
    ("marketing", "verdict"): ("in_transit", _OPEN),
    ("recycled", "verdict"): ("in_transit", _OPEN),
}
for end in ("recycled", "lost", "disqualified", "customer"):
    after = "won" if end == "customer" else end
    TABLE |= {(one, end): (after,) for one in _UNSOLD}
    TABLE[("in_transit", end)] = (after, _ACCEPT, _END) if end == "customer" else (after, _REJECT)
    TABLE[("working", end)] = (after, _END)


@dataclass(frozen=True)
class Said:
    at: int
    what: str
    reason: str | None = None


@dataclass
class Place:
    situation: str
    offers: list[list[object]] = field(default_factory=list)


def said(outcome: LeadOutcome, facts: Sequence[Fact], verdicts: Sequence[int], terms: Terms) -> list[Said]:
    """What happens, in order: stages, then events about hands, then verdicts."""
    rung = LADDER.index(terms.stage)
    line: list[tuple[int, int, str, str | None]] = []
    for one in outcome.transitions:
        what = str(one.stage.value)
        if what in LADDER and what != "customer":
            place = LADDER.index(what)
            what = "below" if place < rung else "handover" if place == rung else "beyond"
            if one.kind != "backward" and what != "beyond":
                what = f"{what}_on"
        line.append((one.at, 0, what, None))
    for fact in facts:
        match fact.code:
            case Code.HANDOVER_OFFERED:
                line.append((fact.at, 1, "offered", None))
            case Code.HANDOVER_ACCEPTED:
                line.append((fact.at, 1, "accepted", None))
            case Code.HANDOVER_REJECTED | Code.HANDOVER_RETURNED:
                line.append((fact.at, 1, "refused", str(fact.values[4])))
            case Code.LEAD_OWNER_CHANGED if fact.values[0] is not None and fact.values[0] in fact.values[2:]:
                line.append((fact.at, 1, "taken", None))
            case _:
                pass
    line += [(at, 2, "verdict", None) for at in verdicts]
    begin = outcome.captured_at or 0
    return [
        Said(max(at, begin), what, reason) for at, _, what, reason in sorted(line, key=lambda one: one[:2])
    ]


def place_after(line: Sequence[Said]) -> Place:
    """Where the lead is, and every offer as [at, answer, answered at, ended at, by what, why], after all."""
    place = Place("marketing")
    for one in line:
        situation, *does = TABLE.get((place.situation, one.what), (place.situation,))
        for what in does:
            _do(place.offers, what, one)
        if one.what == "refused" and place.offers and place.offers[-1][4] not in {None, "customer"}:
            place.offers[-1][5] = place.offers[-1][5] or one.reason
        place.situation = situation
    return place


def end_reasons(place: Place, begin: int, deals: Sequence[DealView]) -> list[object]:
    """Why each offer's time ended: as it was said, or as the first deal that ended the lead was lost."""
    losses = sorted(
        (max(one.closed_at, begin), one.closed_at, one.deal_id, one.reason)
        for one in deals
        if one.closed_at is not None and _ended_the_lead(one, deals)
    )
    reasons: list[object] = []
    for number, offer in enumerate(place.offers):
        ended, by, why = offer[3:]
        following = place.offers[number + 1][0] if number + 1 < len(place.offers) else None
        if by == "lost" and why is None:
            fitting = [
                reason
                for at, *_, reason in losses
                if reason and isinstance(ended, int) and at >= ended
                if following is None or (isinstance(following, int) and at <= following)
            ]
            why = fitting[0] if fitting else None
        reasons.append(why)
    return reasons


def _ended_the_lead(lost: DealView, deals: Sequence[DealView]) -> bool:
    """Whether all deals that there were by its closing were lost by then too."""
    if lost.status is not DealStatus.LOST or lost.closed_at is None:
        return False
    begun = [
        one
        for one in deals
        if one.status is not DealStatus.DELETED
        if min(one.created_at, one.created_at if one.closed_at is None else one.closed_at) <= lost.closed_at
    ]
    return all(
        one.status is DealStatus.LOST and one.closed_at is not None and one.closed_at <= lost.closed_at
        for one in begun
    )


def _do(offers: list[list[object]], what: str, one: Said) -> None:
    at = one.at
    if what == _OPEN:
        offers.append([at, Answer.OPEN, None, None, None, None])
    elif what == _END:
        offers[-1][3:] = [at, one.what, None]
    else:
        answers = {_ACCEPT: Answer.ACCEPTED, _REJECT: Answer.REJECTED, "supersede": Answer.SUPERSEDED}
        offers[-1][1:3] = [answers[what], at]


def situations(line: Sequence[Said]) -> list[tuple[int, str]]:
    """The situation from each moment on, walked through anew for each; only where it changes."""
    found = [(one.at, place_after(line[: number + 1]).situation) for number, one in enumerate(line)]
    return [next(some) for _, some in groupby(found, key=lambda pair: pair[1])]
