"""One posted delivery is followed through every process by the `traceparent` that its sender gave it."""

import re
from pathlib import Path

import httpx
import pytest

from leadtrace.cli.traffic.signature import signed_headers
from leadtrace.runtime.clock import SystemClock
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import SECRET, Installation, running
from tests.e2e.collector import Collector, Told, collecting
from tests.e2e.hubspot import body, change, creation
from tests.e2e.test_nothing_personal_is_told import logs

pytestmark = pytest.mark.slow

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0be902b7"
EMAIL = "ana.traced@personal.example"
BEARER = "Bearer not-a-real-collector-token"
PERSON = [
    creation(7001),
    change(7001, "email", EMAIL),
    change(7001, "lifecyclestage", "marketingqualifiedlead"),
]
WORDS = re.compile(r"[0-9a-f-]{32,}")
LAST_HOPS = {"process lead-scores", "process lead-outcomes"}
FOLLOWED = {"ingest-door", "ingest-relay", "scoring", "attribution", "projector"}


async def post(installation: Installation, content: bytes, **headers: str) -> str:
    """Post a signed delivery; its intake id."""
    signed = signed_headers(SECRET, installation.hook, content, SystemClock().now_us() // 1_000)
    async with httpx.AsyncClient(timeout=20.0) as client:
        answer = await client.post(installation.hook, content=content, headers={**signed, **headers})
    assert answer.status_code == 202, answer.text
    intake_id: str = answer.json()["intake_id"]
    return intake_id


async def followed(collector: Collector, trace: str) -> list[Told]:
    """The spans of a trace once every process told of its part; they tell every second, each for itself."""

    async def arrived() -> bool:
        found = collector.of(trace)
        last = {span.name for span in found if span.service == "projector"}
        return {span.service for span in found} >= FOLLOWED and last >= LAST_HOPS

    await eventually_answers(arrived, what=f"every process told of {trace}", deadline_s=30.0)
    return collector.of(trace)


def service_above(span: Told, spans: list[Told]) -> str:
    """Whose span it is below."""
    return next((one.service for one in spans if one.span == span.parent), "")


async def test_a_delivery_is_followed_from_the_request_to_the_read_models(data_folder: Path) -> None:
    async with (
        collecting() as collector,
        running(
            data_folder,
            LEADTRACE_TRACES__ENDPOINT=collector.endpoint,
            LEADTRACE_TRACES__SAMPLE_SHARE="0",
            LEADTRACE_TRACES__AUTHORIZATION=BEARER,
        ) as installation,
    ):
        unsampled = await post(
            installation, body(creation(7002)), traceparent=f"00-{TRACE[::-1]}-{CALLER}-00"
        )
        intake_id = await post(installation, body(*PERSON), traceparent=f"00-{TRACE}-{CALLER}-01")
        malformed = await post(installation, body(creation(7003)), traceparent=f"00-{TRACE}-{CALLER}-01-more")
        spans = await followed(collector, TRACE)
        await installation.accounted(items=5, within_s=30.0)
        logged = {
            name: text for name, text in logs(installation) if {intake_id, TRACE} & set(WORDS.findall(text))
        }
    assert {span.service for span in spans} == FOLLOWED
    # What goes well leaves no line, traced or not.
    assert logged == {}
    above = {(span.service, span.name, service_above(span, spans)) for span in spans}
    assert above >= {
        ("ingest-door", "receive hubspot", ""),
        ("ingest-relay", "relay hubspot", "ingest-door"),
        ("scoring", "process lead-events", "ingest-relay"),
        ("attribution", "process lead-events", "ingest-relay"),
        ("attribution", "process lead-scores", "scoring"),
        ("projector", "process lead-scores", "scoring"),
        ("projector", "process lead-outcomes", "attribution"),
    }
    assert {parent for _, name, parent in above if name.startswith("process ")} == {
        "ingest-relay",
        "scoring",
        "attribution",
    }
    (door,) = (span for span in spans if span.service == "ingest-door")
    (relay,) = (span for span in spans if span.service == "ingest-relay")
    assert door.parent == CALLER
    assert {door.attributes["leadtrace.intake_id"], relay.attributes["leadtrace.intake_id"]} == {intake_id}
    # Neither an unsampled nor a malformed context begins a trace while the share is 0.
    others = {span.attributes.get("leadtrace.intake_id") for span in collector.spans} & {unsampled, malformed}
    assert others == set()
    assert {span.trace for span in collector.spans} == {TRACE}
    assert collector.shown == {BEARER}
    assert EMAIL.encode() not in collector.raw
    assert SECRET.encode() not in collector.raw
