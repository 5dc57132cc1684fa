"""The law of identity: who is who follows from the claims alone, in whatever order and however they come."""

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.runtime.settings_identity import Identity
from leadtrace_ingest.identity.subject import Subject, entity_id
from tests.integration.ingest.claimed import FAN_IN, Claim, as_event, claim_worlds, groups
from tests.integration.ingest.entries import file
from tests.integration.ingest.scene import RECEIVED_AT, SECRET, Scene, ingest_scene
from tests.unit.ingest.event_items import JSON, events_adapter
from tests.unit.ingest.hubspot_items import raw

_TABLES = (
    *("intake", "claims", "subjects", "events", "bindings", "identity_claims", "identity_keys"),
    *("identity_pairs", "corrections", "quarantine", "item_totals", "unpublished"),
)
_BOUND = "select kind || '/' || external_id, entity_id from ingest.subjects"
_IN_THE_STORE = settings(
    deadline=None,
    max_examples=settings().max_examples // 6,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def _settle(scene: Scene, claims: list[Claim], chance: random.Random, relays: int) -> dict[str, UUID]:
    """Post the claims in any order, with copies, and relay; the entity of each record."""
    await scene.pool.execute(f"truncate {', '.join(f'ingest.{table}' for table in _TABLES)}")
    kinds = {one.id: one.kind for one in claims}
    posted = [*claims, *(one for one in claims if chance.random() < 0.3)]
    chance.shuffle(posted)
    recorded = {one.id: place for place, one in enumerate(claims)}
    for one in posted:
        at = RECEIVED_AT + timedelta(seconds=recorded[one.id])
        await file(scene, "app", raw(as_event(one, kinds)), headers={"content-type": JSON}, at=at)
    await asyncio.gather(*(scene.drain(chunk_items=chance.randint(1, 5)) for _ in range(relays)))
    return {row[0]: row[1] for row in await scene.pool.fetch(_BOUND)}


def _grouped(bound: Mapping[str, UUID]) -> set[frozenset[str]]:
    return {frozenset(one for one in bound if bound[one] == entity) for entity in bound.values()}


def _smallest(group: frozenset[str]) -> UUID:
    return min(entity_id(Subject("app", *record.split("/")), SECRET) for record in group)


@pytest.mark.parametrize("relays", [1, 2])
@_IN_THE_STORE
@given(claims=claim_worlds(), seed=st.integers(0, 2**32))
async def test_who_is_who_follows_from_the_claims_alone(
    database_url: str, claims: list[Claim], seed: int, relays: int
) -> None:
    recorded = {one.id: place for place, one in enumerate(claims)}
    async with ingest_scene(database_url, {"app": events_adapter()}) as scene:
        scene.identity = Identity(fan_in=FAN_IN)
        bound = await _settle(scene, claims, random.Random(seed), relays)
        assert await scene.items() == {"accepted": await _posted(scene)} | await _outcomes(scene)
    assert _grouped(bound) == groups(claims, recorded)
    assert {group: bound[min(group)] for group in _grouped(bound)} == {
        group: _smallest(group) for group in _grouped(bound)
    }


async def _posted(scene: Scene) -> int:
    return int(await scene.pool.fetchval("select count(*) from ingest.intake"))


async def _outcomes(scene: Scene) -> dict[str, int]:
    found = {name: count for name, count in (await scene.items()).items() if name != "accepted"}
    assert found.keys() <= {"published", "duplicate"}
    return found
