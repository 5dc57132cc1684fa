"""What the api says of who is who: what joined records, what was refused, every binding that ever held."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.integration.proof.company import Company, company
from tests.unit.ingest.event_items import event

_TIME = "2025-12-01T10:00:00Z"


@pytest_asyncio.fixture
async def running(database_url: str) -> AsyncIterator[Company]:
    async with company(database_url) as opened:
        yield opened


async def _capture(running: Company, number: int, email: str | None) -> None:
    personal = {"personal": {"email": email}} if email else {}
    subject = f"contact/{number}"
    made = event("lead.captured", personal, id=f"c{number}", source="crm", subject=subject, time=_TIME)
    await running.post("crm", made)


async def _told(running: Company, subject: str) -> Any:
    await running.settle()
    lead = (await running.bound())[f"crm {subject}"]
    return await running.get(f"/v1/leads/{lead}/identity")


async def test_a_shared_address_joins_and_is_named_without_being_shown(running: Company) -> None:
    for number in (1, 2):
        await _capture(running, number, "ann@acme.com")
    told = await _told(running, "contact/1")
    assert sorted(one["subject"] for one in told["records"]) == ["contact/1", "contact/2"]
    assert {one["because"] for one in told["records"]} == {"left_alone", "email"}
    assert {(one["kind"], one["shared_by"], one["joins"], one["refusal"]) for one in told["keys"]} == {
        ("email", 2, True, None)
    }
    assert len({one["key"] for one in told["keys"]}) == 1
    assert "ann" not in str(told)
    revisions = sorted((one["record"]["subject"], one["revision"]) for one in told["bindings"])
    assert len(revisions) == 3


async def test_every_refusal_says_why(running: Company) -> None:
    for number, email in enumerate(("info@acme.com", "test@test.com", "no address")):
        await _capture(running, number, email)
    found = [(await _told(running, f"contact/{number}"))["keys"][0]["refusal"] for number in range(3)]
    assert found == ["shared_mailbox", "junk", "unreadable"]


async def test_a_key_on_too_many_records_joins_nobody(running: Company) -> None:
    limit = (await _limit(running)) + 1
    for number in range(limit):
        await _capture(running, number, "desk@acme.com")
    told = await _told(running, "contact/0")
    assert [one["subject"] for one in told["records"]] == ["contact/0"]
    ((kind, shared, refusal),) = [(one["kind"], one["shared_by"], one["refusal"]) for one in told["keys"]]
    assert (kind, shared, refusal) == ("email", limit, "fan_in")


async def _limit(running: Company) -> int:
    await _capture(running, 10_000, None)
    return int((await _told(running, "contact/10000"))["fan_in"])


async def test_claims_are_told_with_what_became_of_them(running: Company) -> None:
    for number in (1, 2):
        await _capture(running, number, None)
    pair = {"source": "crm", "subject": "contact/1"}
    other = {"subject": "contact/2"}
    await running.post("crm", event("lead.merged", {"absorbed": [other]}, id="m", **pair, time=_TIME))
    later = "2025-12-02T10:00:00Z"
    await running.post("crm", event("lead.split", {"apart": [other]}, id="s", **pair, time=later))
    told = await _told(running, "contact/1")
    assert [(one["says"], one["one_lead"], one["corrected"]) for one in told["claims"]] == [
        ("merged", False, False),
        ("apart", False, False),
    ]
    wrong = {"event": "s", "corrects": "lead.split", "declaration": "did_not_occur"}
    await running.post("crm", event("event.corrected", wrong, id="x", **pair, time=later))
    told = await _told(running, "contact/1")
    assert [(one["says"], one["one_lead"], one["corrected"]) for one in told["claims"]] == [
        ("merged", True, False),
        ("apart", True, True),
    ]
