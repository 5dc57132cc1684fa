"""A person erased at a running installation: shown to who may see them, then to nobody; no number moves."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from leadtrace.testing.installation import Installation
from tests.e2e.commands import leadtrace
from tests.e2e.hubspot import body, change, creation
from tests.e2e.records import lead_of

pytestmark = pytest.mark.slow

EMAIL = "zaida.quint@mailbox.example"
CONTACT = 88_000_017
BODY = body(
    creation(CONTACT), change(CONTACT, "email", EMAIL), change(CONTACT, "lifecyclestage", "opportunity")
)
ITEMS = 3


def key_of(installation: Installation) -> dict[str, str]:
    """The header of the first admin key, which may read personal fields."""
    key = (installation.folder / "bootstrap-key").read_text().strip()
    return {"authorization": f"Bearer {key}"}


async def person(installation: Installation, lead: str, headers: dict[str, str]) -> dict[str, Any]:
    """Who the api says that a lead is."""
    async with httpx.AsyncClient(base_url=installation.api, timeout=10) as client:
        answer = await client.get(f"/v1/leads/{lead}", headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()["personal"]
    return told


def lies_in(folder: Path) -> list[str]:
    """The files that name the person."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and EMAIL.encode() in path.read_bytes()]


async def test_a_person_is_shown_and_then_gone_for_good(shared: Installation) -> None:
    await shared.post([BODY])
    await shared.accounted(items=ITEMS)
    lead_id = await lead_of(shared, CONTACT)
    admin = key_of(shared)
    assert (await person(shared, lead_id, {}))["masked"] is True
    assert (await person(shared, lead_id, admin))["email"] == EMAIL
    before = (await shared.get("/v1/funnel"))["total"]
    done = await leadtrace(shared.environment(), "erase", lead_id, "--yes")
    assert (done.code, done.err) == (0, "")
    assert f"lead {lead_id}: done" in " ".join(done.out.split())
    assert max(map(len, done.out.splitlines())) <= 80
    gone = await person(shared, lead_id, admin)
    assert (gone["masked"], gone["email"], bool(gone["erased_at"])) == (False, None, True)
    assert (await shared.get("/v1/funnel"))["total"] == before
    # PostgreSQL's own files and write-ahead log among them: it was never there in clear.
    assert lies_in(shared.folder) == []


async def test_nobody_is_erased_by_mistake(shared: Installation) -> None:
    unknown = await leadtrace(shared.environment(), "erase", "00000000-0000-0000-0000-000000000007", "--yes")
    assert unknown.code == 1
    assert "Ingest knows no lead of this id." in unknown.err
    unasked = await leadtrace(shared.environment(), "erase", "00000000-0000-0000-0000-000000000007")
    assert unasked.code == 1


async def test_the_doctor_knows_the_master_key_and_it_is_rotated(shared: Installation) -> None:
    doctor = await leadtrace(shared.environment(), "doctor", columns=160)
    assert "master keys" in doctor.out
    assert "sealing under" in doctor.out
    rotated = await leadtrace(shared.environment(), "keys", "rotate-master")
    assert (rotated.code, rotated.err) == (0, "")
    assert "0 keys are under master key" in " ".join(rotated.out.split())
