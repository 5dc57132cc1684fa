"""Histories of bounded length: what stood from when on, the oldest left out and counted.

What changes again at the same moment replaces what it was there, so that only what stood for a while stays.
"""

from leadtrace.domain.scoring.state import TIMELINE_BOUND, VERDICT_BOUND, Point, ScoreState


def note_score(state: ScoreState) -> None:
    """Add the state's score to its timeline if it changed."""
    timeline = state.timeline
    point: Point = (state.at, state.fit, state.intent, state.band)
    if timeline and timeline[-1][0] == state.at:
        timeline.pop()
    if timeline and timeline[-1][1:] == point[1:]:
        return
    timeline.append(point)
    if len(timeline) > TIMELINE_BOUND:
        del timeline[0]
        state.timeline_omitted += 1


def note_verdicts(state: ScoreState, masks: list[int]) -> None:
    """Add the verdict on each stage whose failed clauses changed."""
    if masks == state.failed:
        return
    state.failed = masks
    for stage, mask in enumerate(masks):
        latest = _latest(state, stage, len(state.verdicts))
        if latest >= 0 and state.verdicts[latest][1] == state.at:
            del state.verdicts[latest]
            latest = _latest(state, stage, latest)
        if latest < 0 or state.verdicts[latest][2] != mask:
            state.verdicts.append((stage, state.at, mask))
    while len(state.verdicts) > VERDICT_BOUND:
        del state.verdicts[_oldest_superseded(state)]
        state.verdicts_omitted += 1


def _latest(state: ScoreState, stage: int, before: int) -> int:
    """The place of the stage's latest verdict before place `before`; -1 without one."""
    for place in range(before - 1, -1, -1):
        if state.verdicts[place][0] == stage:
            return place
    return -1


def _oldest_superseded(state: ScoreState) -> int:
    """The place of the oldest verdict that is not the latest of its stage."""
    latest = {verdict[0]: place for place, verdict in enumerate(state.verdicts)}
    return next(place for place, verdict in enumerate(state.verdicts) if latest[verdict[0]] != place)
