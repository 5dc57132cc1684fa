"""Whose records leads of a running installation are."""

from typing import Any

import httpx

from leadtrace.testing.installation import Installation


async def records_of(installation: Installation, lead: str) -> list[str]:
    """The records of a lead, or of the one that absorbed it."""
    async with httpx.AsyncClient(base_url=installation.api, follow_redirects=True) as client:
        told: dict[str, Any] = (await client.get(f"/v1/leads/{lead}/identity")).json()
    return sorted(f"{one['source']}:{one['subject']}" for one in told.get("records", ()))


async def lead_of(installation: Installation, contact: int) -> str:
    """The lead that a contact's trace begins with."""
    leads = (await installation.get("/v1/leads", limit="500"))["leads"]
    for lead in leads:
        if any(one.endswith(f"contact/{contact}") for one in await records_of(installation, lead["lead_id"])):
            return str(lead["lead_id"])
    raise AssertionError(f"contact {contact} has no lead")
