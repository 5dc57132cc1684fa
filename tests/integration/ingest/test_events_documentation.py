"""What OpenAPI tells of the route of events is what the door does: every example is tried."""

from typing import Any

import pytest

from leadtrace_ingest.door.documentation.events import PATHS
from tests.e2e.openapi_walk import misfits
from tests.integration.ingest.events_scene import PATH, events_door, post
from tests.unit.ingest.event_items import JSON, LINES, binary_headers, cloud_event, event, type_of
from tests.unit.ingest.hubspot_items import raw

PROBLEM = "application/problem+json"
POST = PATHS[PATH]["post"]
PARTS_OF_ONE_REQUEST = {"intake_id", "items"}  # of an example; the rest of it is always the same

CAUSES: dict[str, tuple[bytes, str, dict[str, str]]] = {
    "not_json": (b"{", JSON, {}),
    "malformed_header": (b"{}", JSON, binary_headers(cloud_event()) | {"ce-subject": "contact/%FF"}),
    "unsupported_media_type": (b"{}", "text/plain", {}),
    "invalid_item": (raw(event("lead.stage_changed", {"stage": "x", "claimed": "x"})), JSON, {}),
    "unknown_type": (raw(event(type=type_of("lead.stagechanged"))), JSON, {}),
    "foreign_source": (raw(event(source="hubspot/33")), JSON, {}),
    "bad_time": (raw(event(time="yesterday")), JSON, {}),
}


def documented(status: str) -> dict[str, dict[str, Any]]:
    """The examples of a refusal by their codes."""
    examples = POST["responses"][status]["content"][PROBLEM]["examples"]
    return {code: one["value"] for code, one in examples.items()}


def lasting(told: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in told.items() if name not in PARTS_OF_ONE_REQUEST}


async def test_every_request_that_it_shows_is_taken(database_url: str) -> None:
    async with events_door(database_url) as door:
        for content_type, shown in POST["requestBody"]["content"].items():
            for name, example in shown["examples"].items():
                value = example["value"]
                content = value.encode() if content_type == LINES else value
                answer = await post(door, content, content_type)
                assert answer.status_code == 202, (content_type, name, answer.text)
                schema = POST["responses"]["202"]["content"][JSON]["schema"]
                assert not list(misfits(answer.json(), schema, {}))
        headers = {one["name"]: one["example"] for one in POST["parameters"]}
        assert (await post(door, b"{}", **headers)).status_code == 202


@pytest.mark.parametrize("code", CAUSES)
async def test_every_refusal_that_it_shows_is_given(database_url: str, code: str) -> None:
    body, content_type, headers = CAUSES[code]
    async with events_door(database_url) as door:
        answer = await post(door, body, **{"content-type": content_type, **headers})
    shown = documented(str(answer.status_code))[code]
    assert lasting(answer.json()) == lasting(shown)
    assert not list(misfits(answer.json(), POST["responses"]["422"]["content"][PROBLEM]["schema"], {}))


async def test_refusals_of_a_key(database_url: str) -> None:
    async with events_door(database_url) as door:
        bad = await post(door, event(), Idempotency_Key="a b")
        await post(door, event(), Idempotency_Key="k")
        other = await post(door, event(id="2"), Idempotency_Key="k")
    for answer in (bad, other):
        shown = documented(str(answer.status_code))["idempotency_key"]
        assert lasting(answer.json()) == lasting(shown)


async def test_nothing_is_shown_that_is_not_tried() -> None:
    shown = {code for status in ("400", "415", "422") for code in documented(status)}
    assert shown == {*CAUSES, "idempotency_key"}
