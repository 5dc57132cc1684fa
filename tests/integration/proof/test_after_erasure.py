"""Nobody is joined to who was erased, wherever the chunks of what is told afterwards end."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from leadtrace_ingest.erasure.requests import request_erasure
from tests.integration.ingest.scene import RECEIVED_AT
from tests.integration.ingest.test_law_of_erasure import erase
from tests.integration.proof.company import Company, company
from tests.unit.ingest.event_items import event


def _told(number: int, name: str, hour: int, data: dict[str, Any], subject: str = "contact/1") -> Any:
    moment = f"2025-12-01T{hour:02}:00:00Z"
    return event(name, data, id=f"e{number}", source="crm", subject=subject, time=moment)


def _identify(number: int) -> dict[str, Any]:
    return {
        "type": "identify",
        "userId": "ann",
        "anonymousId": "b1",
        "traits": {"email": "ann@acme.com"},
        "messageId": f"m{number}",
    }


async def _one_by_one(made: Company, *told: Any, settled: bool) -> None:
    for one in told:
        await made.post("crm", one)
        if settled:
            await made.settle()
    await made.settle()


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("merged_first", [True, False])
async def test_a_merge_joins_whoever_bears_the_name_by_then(
    database_url: str, *, settled: bool, merged_first: bool
) -> None:
    async with company(database_url) as made:
        await made.post("crm", _told(1, "lead.captured", 1, {}))
        await made.post("crm", _told(2, "lead.captured", 1, {}, "contact/2"))
        await made.post("crm", _told(3, "lead.erased", 2, {"request": "by post"}))
        await made.settle()
        await erase(made.scene)
        again = _told(4, "lead.captured", 3, {})
        merged = _told(5, "lead.merged", 4, {"absorbed": [{"subject": "contact/2"}]})
        await _one_by_one(made, *((merged, again) if merged_first else (again, merged)), settled=settled)
        bound = await made.bound()
        assert bound["crm contact/2"] == bound["crm contact/1#after-erasure-1"] != bound["crm contact/1"]
        listed = {UUID(one["lead_id"]) for one in (await made.get("/v1/leads"))["leads"]}
        assert listed == {bound["crm contact/1"], bound["crm contact/2"]}


@pytest.mark.parametrize("settled", [True, False])
async def test_what_ends_a_lead_ends_the_one_that_was_there_then(database_url: str, *, settled: bool) -> None:
    async with company(database_url) as made:
        await made.post("crm", _told(1, "lead.captured", 1, {}))
        await made.post("crm", _told(2, "lead.erased", 2, {"request": "by post"}))
        await made.settle()
        await erase(made.scene)
        told = (_told(3, "lead.captured", 4, {}), _told(4, "lead.deleted", 5, {}))
        await _one_by_one(made, *told, settled=settled)
        leads = (await made.get("/v1/leads"))["leads"]
        bound = await made.bound()
        status = {UUID(one["lead_id"]): one["status"] for one in leads}
        assert status == {bound["crm contact/1"]: "open", bound["crm contact/1#after-erasure-1"]: "deleted"}


async def test_an_end_that_was_told_before_the_return_that_it_ended(database_url: str) -> None:
    async with company(database_url) as made:
        await made.post("crm", _told(1, "lead.captured", 1, {}))
        await made.post("crm", _told(2, "lead.erased", 2, {"request": "by post"}))
        await made.settle()
        await erase(made.scene)
        captured, later = _told(4, "lead.captured", 5, {}), _told(5, "lead.captured", 7, {})
        told = (_told(3, "lead.deleted", 6, {}), later, captured, _told(6, "lead.captured", 4, {}))
        await _one_by_one(made, *told, settled=True)
        bound = await made.bound()
        status = {UUID(one["lead_id"]): one["status"] for one in (await made.get("/v1/leads"))["leads"]}
        assert status == {bound["crm contact/1"]: "open", bound["crm contact/1#after-erasure-1"]: "deleted"}
        counts = await made.scene.items()
        assert counts == {"accepted": 6, "published": 6}


def _correction(number: int, event_id: str, hour: int, corrects: str = "lead.stage_changed") -> Any:
    data = {"event": event_id, "corrects": corrects, "declaration": "did_not_occur"}
    return _told(number, "event.corrected", hour, data)


@pytest.mark.parametrize("settled", [True, False])
async def test_a_correction_goes_to_the_event_that_it_speaks_of(database_url: str, *, settled: bool) -> None:
    async with company(database_url) as made:
        await made.post("crm", _told(1, "lead.captured", 1, {}))
        await made.post("crm", _told(2, "lead.stage_changed", 1, {"stage": "mql", "claimed": "mql"}))
        await made.post("crm", _told(3, "lead.erased", 2, {"request": "by post"}))
        await made.settle()
        await erase(made.scene)
        told = (
            _told(4, "lead.captured", 4, {}),
            _told(5, "lead.stage_changed", 5, {"stage": "sql", "claimed": "sql"}),
            _told(6, "lead.stage_changed", 5, {"stage": "mql", "claimed": "mql"}),
            _correction(7, "e2", 6),
            _correction(8, "e5", 6),
            _correction(9, "e6", 6),
            _correction(10, "e9", 7),
        )
        await _one_by_one(made, *told, settled=settled)
        leads = (await made.get("/v1/leads"))["leads"]
        bound = await made.bound()
        stages = {UUID(one["lead_id"]): one["stage"] for one in leads}
        assert stages == {bound["crm contact/1"]: "inquiry", bound["crm contact/1#after-erasure-1"]: "mql"}


async def test_a_browser_goes_with_its_user_who_comes_back(database_url: str) -> None:
    async with company(database_url) as made:
        await made.post("website", _identify(1), route="identify")
        await made.settle()
        erased = (await made.bound())["website user/ann"]
        async with made.pool.acquire() as connection:
            until = RECEIVED_AT + timedelta(seconds=made.posted + 1)
            await request_erasure(connection, made.scene.ids.uuid7(), erased, by="ann", at=until)
        await erase(made.scene)
        made.posted += 5
        await made.post("website", _identify(2), route="identify")
        await made.settle()
        bound = await made.bound()
        again = {bound["website user/ann#after-erasure-1"], bound["website anonymous/b1#after-erasure-1"]}
        assert len(again) == 1
        assert erased not in again
