"""The stage history of a lead: the CRM's claims merged in time order with what capture and deals derive.

A claim is recorded as it was made, backward too. What is derived only lifts: it never takes a lead down
the ladder, so a customer's next deal leaves a customer, and a late capture leaves who stands higher.
What was asserted, not seen to change, adds only what no change has said.
"""

from collections import deque
from collections.abc import Sequence

from leadtrace.domain.attribution.marks import Step, marks_of
from leadtrace.domain.attribution.standing import Entry, Standing
from leadtrace.domain.stages import ORDER, STAGES, on_ladder
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import Transition

# Members of an enum cost more to look up than all the rest of a step.
_INQUIRY = Stage.INQUIRY.value


def write_history(
    past: Standing | None, claims: Sequence[Entry], derived: Sequence[Entry]
) -> tuple[Standing, list[Transition]]:
    """Where the lead stands, and its transitions, oldest first.

    `past` sums up the claims older than `claims`; both sequences are in folding order. At one moment the
    lower stage comes first, and a claim before what is derived, so that it gives the entry its words.
    """
    standing = past.copy() if past else Standing()
    waiting = deque(derived)
    if past:
        while waiting and waiting[0].at <= past.until:
            standing.recall(waiting.popleft())
    steps: list[Step] = []
    for claim in claims:
        while waiting and _precedes(waiting[0], claim):
            _lift(standing, waiting.popleft(), steps)
        _enter(standing, claim, steps)
    for entry in waiting:
        _lift(standing, entry, steps)
    return standing, [
        Transition(entry.at, STAGES[entry.stage], kind, entry.event, entry.claimed, entry.actor, marks)
        for (entry, kind, _), marks in zip(steps, marks_of(steps), strict=True)
    ]


def _precedes(derived: Entry, claim: Entry) -> bool:
    if derived.at != claim.at:
        return derived.at < claim.at
    return ORDER[derived.stage] < ORDER[claim.stage]


def _lift(standing: Standing, entry: Entry, steps: list[Step]) -> None:
    if standing.stage is not None:
        lower = on_ladder(standing.stage) and ORDER[entry.stage] < standing.rung
        if lower or entry.stage == _INQUIRY:
            return
    _enter(standing, entry, steps)


def _enter(standing: Standing, entry: Entry, steps: list[Step]) -> None:
    looping = entry.stage in standing.first
    kind = standing.enter(entry)
    if kind is not None:
        steps.append((entry, kind, looping))


def in_ladder_order(by_stage: dict[str, int]) -> dict[Stage, int]:
    """The same, stages from the foot of the ladder on, so that equal states give equal bytes."""
    return {STAGES[text]: by_stage[text] for text in sorted(by_stage, key=ORDER.__getitem__)}
