"""Tokens name the state of journeys and credits: another one for each change, the same without any."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from leadtrace.domain.credits.model import PER_DEAL
from leadtrace.domain.credits.touch import UNATTRIBUTED, PathTouch
from leadtrace_attribution.crediting.due import Kind
from leadtrace_attribution.crediting.units import CreditRow, Journey
from leadtrace_attribution.crediting.writing import write
from tests.integration.chain.scene import Scene

_DAY, _NEXT = date(2026, 1, 20), date(2026, 1, 21)
_LEAD, _OTHER = UUID(int=1), UUID(int=2)


def _touch(**told: str) -> PathTouch:
    names = ("channel", "source", "medium", "campaign", "content", "outlet")
    return PathTouch(1, str(_LEAD), tuple(told.get(name) for name in names))


def _credit(amount: int, counted_in: str = "EUR") -> CreditRow:
    return CreditRow(_DAY, _DAY, counted_in, *UNATTRIBUTED[::-1], (amount,) * len(PER_DEAL))


WON = Journey(
    UUID(int=10),
    Kind.DEAL,
    1,
    "won",
    _DAY,
    [_touch(channel="email", campaign="a")],
    leads=[_LEAD],
    amount=100,
    counted_in="EUR",
    entered_on=_DAY,
    credits=[_credit(100)],
)
OPEN = Journey(
    UUID(int=11), Kind.LEAD, 1, "open", None, [_touch(channel="email")], leads=[_LEAD], entered_on=_DAY
)


async def _tokens(scene: Scene) -> dict[str, UUID]:
    rows = await scene.pool.fetch("select part, token from attribution.pub_credit_state")
    return {row["part"]: row["token"] for row in rows}


async def _changed(scene: Scene, before: Journey, after: Journey) -> set[str]:
    """Which parts have another token once a journey is another one."""
    async with scene.pool.acquire() as connection:
        await write(connection, [before], 1)
        held = await _tokens(scene)
        await write(connection, [after], 1)
    now = await _tokens(scene)
    return {part for part in now if now[part] != held.get(part)}


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        (WON, WON, set()),
        (WON, replace(WON, revision=2), set()),
        (WON, replace(WON, ended_on=_NEXT), {"ended"}),
        (WON, replace(WON, amount=99), {"ended"}),
        (WON, replace(WON, counted_in="BRL"), {"ended"}),
        (WON, replace(WON, leads=[_LEAD, _OTHER]), {"ended"}),
        (WON, replace(WON, entered_on=_NEXT), {"ended"}),
        (WON, replace(WON, path=[_touch(channel="search", campaign="a")]), {"ended"}),
        (WON, replace(WON, path=[_touch(channel="email", campaign="b")]), {"ended"}),
        (WON, replace(WON, path=[_touch(channel="email", campaign="a", outlet="o")]), {"ended"}),
        (WON, replace(WON, outcome="lost", amount=None, counted_in=None, credits=()), {"ended"}),
        (WON, replace(WON, credits=[_credit(100), _credit(7, "BRL")]), {"ended"}),
        (WON, replace(WON, outcome=None), {"ended"}),
        (WON, replace(WON, outcome="open", ended_on=None, credits=()), {"ended", "open"}),
        (OPEN, OPEN, set()),
        (OPEN, replace(OPEN, path=[_touch(channel="email"), _touch(channel="email")]), {"open"}),
        (OPEN, replace(OPEN, entered_on=_NEXT), {"open"}),
        (OPEN, replace(OPEN, outcome="lost", ended_on=_DAY), {"ended", "open"}),
    ],
)
async def test_a_token_is_another_one_for_what_changed(
    scene: Scene, before: Journey, after: Journey, parts: set[str]
) -> None:
    assert await _changed(scene, before, after) == parts


async def test_a_state_that_comes_back_has_a_new_name(scene: Scene) -> None:
    first = await _changed(scene, WON, replace(WON, amount=99))
    tokens = await _tokens(scene)
    async with scene.pool.acquire() as connection:
        await write(connection, [WON], 1)
        await write(connection, [replace(WON, amount=99)], 1)
    assert first == {"ended"}
    assert (await _tokens(scene))["ended"] != tokens["ended"]


async def test_what_is_rolled_back_keeps_its_name(scene: Scene) -> None:
    async with scene.pool.acquire() as connection:
        await write(connection, [WON], 1)
        held = await _tokens(scene)
        transaction = connection.transaction()
        await transaction.start()
        await write(connection, [replace(WON, amount=99)], 1)
        await transaction.rollback()
    assert await _tokens(scene) == held
