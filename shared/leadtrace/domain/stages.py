"""Ladder arithmetic: how a step from one stage to another is called, and which of two comes first.

Stages are handled by their text here, as stored facts and states hold them.
"""

from leadtrace.events.lead import LADDER, Stage

# Every stage by its text: the ladder from its foot, then the places beside it.
ORDER: dict[str, int] = {stage.value: position for position, stage in enumerate(Stage)}
STAGES: dict[str, Stage] = {stage.value: stage for stage in Stage}

NO_RUNG = -1
_RUNGS = len(LADDER)


def on_ladder(stage: str) -> bool:
    """Whether a stage is a rung; `recycled`, `disqualified` and `lost` stand beside the ladder."""
    return ORDER[stage] < _RUNGS


def kind_of_step(last_rung: int, stage: str) -> str:
    """What an entry to `stage` is to a lead whose last rung was `last_rung` (`NO_RUNG` before the first).

    Leaving the ladder is `beside`, and so is coming back onto the rung that was left; coming back onto
    another one counts relative to the rung that was left.
    """
    rung = ORDER[stage]
    if rung >= _RUNGS or rung == last_rung:
        return "beside"
    if rung < last_rung:
        return "backward"
    return "forward" if rung == last_rung + 1 else "skipped"
