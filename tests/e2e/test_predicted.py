"""From webhooks to a prediction: leads that ended, a model trained, an open lead told its chance."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leadtrace.runtime.clock import SystemClock
from leadtrace.testing.installation import Installation, running
from tests.e2e.commands import Ended, leadtrace
from tests.e2e.hubspot import EVENT_MS, body, change, creation

pytestmark = pytest.mark.slow

CONTACTS, OPEN = 400, 9_000
_HOUR_MS = 3_600_000
_CHANCES = {"fishing": 0.85, "mining": 0.15}
# What is posted here happened a year ago: it teaches as a trusted import does.
SETTINGS = {
    "LEADTRACE_PREDICTION__IMPORTED_HISTORY": "true",
    "LEADTRACE_PREDICTION__HORIZON_DAYS": "30",
    "LEADTRACE_PREDICTION__FEWEST_WINS": "40",
    "LEADTRACE_PREDICTION__FEWEST_LOSSES": "40",
}


def company() -> list[dict[str, Any]]:
    """Contacts, eight hours apart, whose industry decides; who never buys says nothing of it."""
    chance = random.Random(11)
    events = []
    for contact in range(1, CONTACTS + 1):
        began = EVENT_MS + contact * 8 * _HOUR_MS
        industry = chance.choice(list(_CHANCES))
        events.append(creation(contact, occurredAt=began))
        events.append(change(contact, "industry", industry, occurredAt=began))
        if chance.random() < _CHANCES[industry]:
            won = began + chance.randint(10, 25) * 24 * _HOUR_MS
            events.append(change(contact, "lifecyclestage", "customer", occurredAt=won))
    return events


async def says(installation: Installation, *command: str) -> Ended:
    """What a command of operators says, which must fit a terminal."""
    done = await leadtrace(installation.environment(), "models", *command)
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 80
    return done


async def test_an_open_lead_is_told_its_chance(data_folder: Path) -> None:
    async with running(data_folder, **SETTINGS) as installation:
        events = company()
        now_ms = int((SystemClock().now() - timedelta(hours=1)).timestamp() * 1_000)
        events += [
            creation(OPEN, occurredAt=now_ms),
            change(OPEN, "industry", "fishing", occurredAt=now_ms),
        ]
        await installation.post([body(*events[at : at + 90]) for at in range(0, len(events), 90)])
        await installation.accounted(items=len(events))
        trained = await says(installation, "train")
        assert "model 1 speaks" in trained.out
        assert "model 1 speaks" in (await says(installation, "list")).out
        assert "the rules" in (await says(installation, "show", "1")).out
        assert (await installation.get("/v1/models"))["active"] == 1
        told = change(OPEN, "country", "DE", occurredAt=now_ms + 60_000)
        await installation.post([body(told)])
        await installation.accounted(items=len(events) + 1)
        page = await installation.get("/v1/leads", limit="1")
        lead = page["leads"][0]["lead_id"]
        predicted = (await installation.get(f"/v1/leads/{lead}/score"))["predicted"]
        assert predicted["probability"] > 0.6
        assert "industry is fishing" in [part["because"] for part in predicted["parts"]]
        summed = sum(part["micro_log_odds"] for part in predicted["parts"])
        assert summed == predicted["micro_log_odds"]
        missing = await leadtrace(installation.environment(), "models", "show", "9")
        assert (missing.code, "There is no model 9." in missing.err) == (1, True)
