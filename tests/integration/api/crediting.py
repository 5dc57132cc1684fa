"""Events through all services into credits, and attribution as it is asked for."""

from collections.abc import Sequence
from typing import Any

import httpx

from leadtrace.domain.calendar import Days
from leadtrace.domain.credits.model import ModelParameters
from leadtrace.events.envelope import Event
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace_attribution.crediting.units import Crediting
from leadtrace_attribution.crediting.worker import CreditingWorker
from tests.integration.api.conftest import SETTINGS
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

PATH = "/v1/attribution"
# Every model but the one of one's own, which nobody has defined.
PER_DEAL = (
    "first_touch,last_touch,linear,position_based,u_shaped_hubspot,u_shaped_marketo,w_shaped,full_path,"
    "time_decay"
)
EVERY = f"{PER_DEAL},markov,markov_2,markov_3,shapley"


async def credit(projection: Projection, parameters: ModelParameters | None = None) -> None:
    """Have attribution credit all that is due."""
    chosen, days = parameters or ModelParameters(), Days(SETTINGS.zone)
    schedules = Schedules("attribution", live_definitions())
    made = Crediting(chosen, days), str(chosen)
    working = CreditingWorker(projection.owner, schedules, lambda _: made)
    while await working.work():
        pass


async def tell(projection: Projection, events: Sequence[Event]) -> Whole:
    """Have every service know these events and no others, credits made."""
    whole = Whole(projection)
    await whole.begin()
    await whole.tell(events)
    await credit(projection)
    return whole


async def asked(client: httpx.AsyncClient, **parameters: str) -> dict[str, Any]:
    """The answer to a question; `first` and `last` are its days."""
    names = {"first": "from", "last": "to"}
    answer = await client.get(PATH, params={names.get(name, name): one for name, one in parameters.items()})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def rows(answer: dict[str, Any], model: str) -> dict[Any, tuple[str, ...]]:
    """What a model gives, by key: deals, revenue, and the rest with its currency."""
    return {
        _name(group): _said(group["models"][model])
        for group in answer["groups"]
        if _said(group["models"][model]) != ("0.000000", "0.00")
    }


def _name(group: dict[str, Any]) -> Any:
    if not group["attributed"]:
        return "(unattributed)"
    names = tuple(group["key"].values())
    return names[0] if len(names) == 1 else names


def _said(given: dict[str, Any]) -> tuple[str, ...]:
    beside = (f"{one['amount']} {one['currency']}" for one in given["unconverted"])
    return (given["deals"], given["revenue"]["amount"], *beside)
