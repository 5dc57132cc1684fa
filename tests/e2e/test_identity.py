"""Who is who at a running installation: contacts of one address, split, merged and corrected by command."""

import re

import pytest

from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation
from tests.e2e.commands import leadtrace
from tests.e2e.hubspot import body, change, creation
from tests.e2e.records import lead_of, records_of

pytestmark = pytest.mark.slow

ONE, OTHER = 88_100_001, 88_100_002
EMAIL = "father.and.son@family-quint.com"
BODY = body(
    *(made for contact in (ONE, OTHER) for made in (creation(contact), change(contact, "email", EMAIL)))
)


async def said(installation: Installation, *arguments: str) -> str:
    """What a command printed that went well, within 80 columns."""
    done = await leadtrace(installation.environment(), *arguments)
    assert (done.code, done.err) == (0, ""), done
    assert max(map(len, done.out.splitlines())) <= 80
    return " ".join(done.out.split())


async def test_two_contacts_with_one_address_are_one_lead_until_somebody_knows_better(
    shared: Installation,
) -> None:
    await shared.post([BODY])
    await shared.accounted(items=0)
    lead = await lead_of(shared, ONE)
    both = await records_of(shared, lead)
    assert [one.rpartition("/")[2] for one in both] == [str(ONE), str(OTHER)]

    async def are(count: int) -> bool:
        return len(await records_of(shared, lead)) == count

    shown = await said(shared, "identity", "show", lead)
    assert re.search(rf"contact/{OTHER} (email|left_alone)", shown)
    assert "email 2 yes" in shown
    split = await said(shared, "identity", "split", *both, "--why", "father and son")
    assert "kept as event operator/" in split
    await eventually_answers(lambda: are(1), what="the contacts are two leads")
    await said(shared, "identity", "merge", *both)
    await eventually_answers(lambda: are(2), what="the contacts are one lead again")
    await shared.accounted(items=0)


async def test_an_event_is_corrected_and_counts_no_more(shared: Installation) -> None:
    contact = 88_100_009
    await shared.post([body(creation(contact), change(contact, "lifecyclestage", "salesqualifiedlead"))])
    await shared.accounted(items=0)
    lead = await lead_of(shared, contact)
    trace = (await shared.get(f"/v1/leads/{lead}/trace"))["entries"]
    (claim,) = [one for one in trace if one.get("type") == "io.leadtrace.lead.stage_changed.v1"]
    assert (await shared.get(f"/v1/leads/{lead}"))["stage"] == "sql"
    await said(shared, "correct", claim["source"], claim["id"], "--why", "a typing error")

    async def is_inquiry() -> bool:
        return bool((await shared.get(f"/v1/leads/{lead}"))["stage"] == "inquiry")

    await eventually_answers(is_inquiry, what="the stage counts no more")
    explained = await shared.get(f"/v1/events/{claim['id']}/explain")
    assert (explained["counts"], len(explained["corrections"])) == (False, 1)
    unknown = await leadtrace(shared.environment(), "correct", "hubspot", "no-such-event")
    assert unknown.code == 1
    assert "No event no-such-event of hubspot is known." in " ".join(unknown.err.split())
