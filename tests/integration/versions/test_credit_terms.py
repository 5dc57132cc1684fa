"""Terms of attribution from an approved version to the answer: the model of one's own and the verdicts."""

from typing import Any

import httpx

from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace_attribution.crediting.worker import CreditingWorker
from leadtrace_attribution.wiring import crediting_by
from tests.integration.api.crediting import PATH, asked, rows
from tests.integration.api.spending import posted, spent
from tests.integration.api.test_attribution import NOBODY, told
from tests.integration.versions.scene import ZONE, Company

_NO_CUSTOM = "  # custom: {first_touch: 0.4, lead_created: 0.2, opportunity_created: 0.2, closed: 0}"
_NO_TARGET = "  # target_roas: 3"
_ENDS = "  custom: {first_touch: 0.5, closed: 0.5}"
_ADS = """  target_roas: 2
  channels:
    rules:
      - {channel: ads, when: [{dimension: channel, in: [search, social]}]}
    otherwise: keep
"""
_MODELS = "first_touch,linear,custom"
_SPEND = (
    spent((0, 30), "15.00", channel="search"),
    spent((0, 30), "10.00", channel="email"),
    spent((0, 30), "7.00", channel="social"),
)


async def _in_force(company: Company, version: int, *changes: tuple[str, str]) -> None:
    """A version that was approved is taken over by every service, and all is credited by it."""
    await company.register(version, *changes)
    await company.begin(version)
    await company.follow()
    await company.activate(version)
    await company.follow()
    assert await company.served() == dict.fromkeys(("scoring", "attribution", "api"), version)
    await _credit(company)


async def _credit(company: Company) -> None:
    schedules = Schedules("attribution", live_definitions())
    worker = CreditingWorker(company.attribution.pool, schedules, crediting_by(ZONE))
    while await worker.work():
        pass


def _verdicts(answer: dict[str, Any]) -> dict[str | None, str | None]:
    return {one["key"]["channel"]: one["verdict"] for one in answer["groups"] if one["attributed"]}


async def test_each_version_is_answered_by_its_own_terms(company: Company, client: httpx.AsyncClient) -> None:
    """One process of the api answers the same questions throughout: it must remember no version's answer."""
    await company.empty()
    await company.register(1)
    await company.put(*told(), posted(500, (0, 30), *_SPEND))
    await company.settle()
    await _credit(company)
    refused = await client.get(PATH, params={"model": "custom"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "model")
    paths = {"model": "linear,markov", "by": "channel"}
    first = await asked(client, **paths)
    assert (first["query"]["target_roas"], set(_verdicts(first).values())) == (None, {None})

    custom = _NO_CUSTOM.replace("# ", "")
    await _in_force(company, 2, (_NO_CUSTOM, custom), (_NO_TARGET, "  target_roas: 3"))
    answer = await asked(client, model=_MODELS)
    assert rows(answer, "custom") == {
        "search": ("1.400000", "74.01"),
        "social": ("0.400000", "24.00"),
        "email": ("0.200000", "12.00"),
        None: ("1.000000", "0.00", "20.00 BRL"),
        NOBODY: ("1.000000", "9.99"),
    }
    assert answer["total"]["models"]["custom"] == answer["total"]["models"]["linear"]
    assert (answer["query"]["target_roas"], answer["definition_version"]) == ("3", 2)
    # By first touch, linear and custom: 7.3, 4.7 and 4.9; 0, 2 and 1.2; 0, 2.9 and 3.4.
    assert _verdicts(answer) == {
        "search": "robust_keep",
        "email": "robust_cut",
        "social": "model_dependent",
        None: None,
    }

    await _in_force(company, 3, (_NO_CUSTOM, _ENDS), (_NO_TARGET, _ADS))
    answer = await asked(client, model=_MODELS)
    assert rows(answer, "custom") == {
        "ads": ("2.000000", "110.01"),
        None: ("1.000000", "0.00", "20.00 BRL"),
        NOBODY: ("1.000000", "9.99"),
    }
    assert _verdicts(answer) == {"ads": "robust_keep", "email": "model_dependent", None: None}
    last = await asked(client, **paths)
    (chain,) = last["data_driven"]["chains"]
    assert {one["key"] for one in chain["removal_effects"]} == {"ads", "email", None}
    assert [one["path"] for one in last["top_paths"]] == [[], ["ads"], [None], ["ads", "email", "ads"]]
    (before,) = first["data_driven"]["chains"]
    assert {one["key"] for one in before["removal_effects"]} == {"search", "social", "email", None}
