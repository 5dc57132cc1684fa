"""Scopes of spend: a later posting holds all of an earlier one or nothing of it, in any order of arrival."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import permutations

import msgspec
import pytest
import pytest_asyncio

from leadtrace_ingest.senders.spend.map import SpendAdapter
from tests.integration.ingest.entries import file
from tests.integration.ingest.scene import RECEIVED_AT, Scene, ingest_scene
from tests.unit.ingest.generic_items import adapter


@pytest_asyncio.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with ingest_scene(database_url, {"ads": SpendAdapter("ads", [b"key"])}) as made:
        yield made


async def post(scene: Scene, first: int, last: int, *, minute: int = 0, account: str = "google") -> None:
    days = (f"2026-03-{first:02d}", f"2026-03-{last:02d}")
    body = {"account": account, "from": days[0], "to": days[1], "rows": []}
    await file(scene, "ads", msgspec.json.encode(body), route="spend", at=at(minute))
    await scene.drain()


def at(minute: int) -> datetime:
    return RECEIVED_AT + timedelta(minutes=minute)


async def held(scene: Scene) -> list[str]:
    rows = await scene.pool.fetch("select reason, detail from ingest.quarantine order by quarantine_id")
    assert {row["reason"] for row in rows} <= {"scope_overlap"}
    return [row["detail"] for row in rows]


@pytest.mark.parametrize(
    ("first", "last", "fits"),
    [(1, 7, True), (1, 31, True), (8, 14, True), (1, 6, False), (3, 4, False), (7, 9, False), (5, 31, False)],
)
async def test_a_later_posting_takes_all_of_a_scope_or_nothing(
    scene: Scene, first: int, last: int, fits: bool
) -> None:
    await post(scene, 1, 7)
    await post(scene, first, last, minute=1)
    details = await held(scene)
    assert bool(details) is not fits
    for detail in details:
        assert f"2026-03-{first:02d} to 2026-03-{last:02d}" in detail
        assert "2026-03-01 to 2026-03-07" in detail


async def test_accounts_do_not_know_each_other(scene: Scene) -> None:
    await post(scene, 1, 7)
    await post(scene, 5, 9, account="meta")
    assert await held(scene) == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_what_fits_in_order_fits_in_any_order(scene: Scene, order: tuple[int, ...]) -> None:
    growing = [(1, 7), (1, 14), (1, 31)]
    for minute in order:
        await post(scene, *growing[minute], minute=minute)
    assert await held(scene) == []
    assert await scene.items() == {"accepted": 3, "published": 3}


async def test_two_postings_of_one_batch_are_compared_too(scene: Scene) -> None:
    one = {"account": "google", "from": "2026-03-01", "to": "2026-03-07", "rows": []}
    await file(
        scene, "ads", msgspec.json.encode([one, one | {"to": "2026-03-09"}, one | {"from": "2026-03-02"}])
    )
    await scene.drain()
    assert len(await held(scene)) == 2


BOTH = """
name: fairs
version: 1
rules:
  - spend: {account: {text: fairs}, from: first, to: last, row: {amount: cost, currency: {text: EUR}}}
  - when: other
    spend: {account: {text: fairs}, from: other, to: last, row: {amount: cost, currency: {text: EUR}}}
"""


async def test_of_one_item_every_scope_is_compared(database_url: str) -> None:
    posting = {"first": "2026-03-01", "last": "2026-03-07", "cost": "1"}
    later = {"first": "2026-03-06", "last": "2026-03-09", "cost": "1"}
    async with ingest_scene(database_url, {"acme": adapter(BOTH)}) as scene:
        await file(scene, "acme", msgspec.json.encode({**posting, "other": "2026-03-05"}), at=at(0))
        await scene.drain()
        (own,) = await held(scene)
        assert "the same item posts" in own
        # Nothing of the refused item is in the way of others.
        await file(scene, "acme", msgspec.json.encode(later), at=at(1))
        await scene.drain()
        assert len(await held(scene)) == 1


async def test_a_posting_that_is_done_again_clashes_with_nothing(scene: Scene) -> None:
    await post(scene, 1, 7)
    await post(scene, 1, 31, minute=1)
    await scene.pool.execute("update ingest.intake set state = 'pending'")
    await scene.drain()
    assert await scene.items() == {"accepted": 2, "published": 2}
