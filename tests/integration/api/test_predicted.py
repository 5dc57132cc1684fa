"""What is predicted of a lead, as the api tells it: stored or folded it is the same, and its parts sum."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio

from leadtrace.domain.calendar import UTC_DAYS
from leadtrace.events.lead import LeadUpdated
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.due import DueRows
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.testing.builders import entity_of, event
from leadtrace_scoring.handlers import NOTED_LEADS
from leadtrace_scoring.prediction.trainer import Trainer
from leadtrace_scoring.store import due_leads
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole
from tests.integration.scoring.trained import CONFIG, LATE, company, open_lead

LEADS = 420
OPEN = LEADS + 1
PATH = f"/v1/leads/{entity_of(f'contact/{OPEN}')}/score"
_PLAN = CONFIG.plan


@pytest_asyncio.fixture
async def whole(projection: Projection) -> Whole:
    """All services, which have read of leads that ended and of an open one, and no model yet."""
    made = Whole(projection, _PLAN)
    await made.begin()
    await made.tell([*company(LEADS), *open_lead(OPEN, "fishing")])
    return made


async def train(whole: Whole) -> None:
    """Have a model trained, speak, and be heard of by every reader."""
    pool, ids, stop = whole.projection.owner, SystemIds(SystemClock()), StopSignal()
    trainer = Trainer(CONFIG, Schedules("scoring", live_definitions()), UTC_DAYS, pool, ids)
    assert _PLAN is not None
    await trainer.ask("a test")
    await trainer.work(_PLAN, stop)
    wanted = {NOTED_LEADS: due_leads(_PLAN)}
    refolder = Refolder("scoring", pool, whole.scoring, Publisher(whole.bus, stop), ids, wanted)
    assert await DueRows(refolder, stop).run_once() > 0
    await whole.tell([])


async def told(client: httpx.AsyncClient, path: str = PATH, **asked: str) -> dict[str, Any]:
    """The answer."""
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def moment(at: datetime) -> str:
    """As a parameter."""
    return at.isoformat()


async def test_stored_and_folded_it_is_the_same_and_sums_exactly(
    whole: Whole, client: httpx.AsyncClient
) -> None:
    assert (await told(client))["predicted"] is None
    await train(whole)
    stored = await told(client)
    predicted = stored["predicted"]
    assert predicted["probability"] > 0.6
    assert sum(part["micro_log_odds"] for part in predicted["parts"]) == predicted["micro_log_odds"]
    assert "industry is fishing" in [part["because"] for part in predicted["parts"]]
    folded = await told(client, as_of=moment(SystemClock().now()))
    assert folded["predicted"] == predicted
    assert folded["at"] == stored["at"]


async def test_at_another_moment_it_is_judged_then(whole: Whole, client: httpx.AsyncClient) -> None:
    await train(whole)
    later = await told(client, at=moment(LATE + timedelta(days=12)))
    features = {part["feature"]: part for part in later["predicted"]["parts"]}
    assert sum(part["micro_log_odds"] for part in features.values()) == later["predicted"]["micro_log_odds"]
    assert "known for 12 days" in [part["because"] for part in features.values()]
    earlier = await told(client, at=moment(LATE + timedelta(days=3)))
    assert earlier["predicted"]["parts"] != later["predicted"]["parts"]


async def test_before_a_model_spoke_nothing_was_predicted(whole: Whole, client: httpx.AsyncClient) -> None:
    before = SystemClock().now()
    await train(whole)
    assert (await told(client, as_of=moment(before)))["predicted"] is None
    spoke = SystemClock().now()
    await whole.projection.owner.execute(
        "update scoring.models set retired_at = clock_timestamp(), retired_because = 'a test'"
    )
    # It is not active any more, but it was then.
    assert (await told(client, as_of=moment(spoke)))["predicted"] is not None
    assert (await told(client, at=moment(LATE)))["predicted"] is None
    listed = await told(client, "/v1/models")
    assert (listed["active"], listed["models"][0]["retired_because"]) == (None, "a test")


async def test_what_was_not_known_then_was_not_predicted_from(
    whole: Whole, client: httpx.AsyncClient
) -> None:
    await train(whole)
    before = SystemClock().now()
    await whole.tell(
        [event(LeadUpdated(properties={"industry": "mining"}), f"contact/{OPEN}", 99_000, at=LATE)]
    )
    # It happened as the lead was captured, and was recorded then: the state of knowledge has it.
    then = (await told(client, as_of=moment(before)))["predicted"]
    assert "industry is mining" in [part["because"] for part in then["parts"]]
    at_first = await told(client, at=moment(LATE - timedelta(hours=1)))
    assert at_first["predicted"] is None


async def test_models_tell_what_they_were_worth(whole: Whole, client: httpx.AsyncClient) -> None:
    empty = await told(client, "/v1/models")
    assert (empty["active"], empty["training"], empty["models"]) == (None, None, [])
    await train(whole)
    listed = await told(client, "/v1/models")
    assert (listed["active"], listed["training"]["model"], listed["training"]["objections"]) == (1, 1, [])
    one = await told(client, listed["models"][0]["href"])
    assert one["reads"]["texts"] == list(CONFIG.texts)
    assert one["evaluations"][one["kind"]]["auc"]["low"] > 0.6
    assert one["gains"]["the rules"]["low"] > 0
    missing = await client.get("/v1/models/9")
    assert (missing.status_code, missing.json()["parameter"]) == (404, "version")
