"""The list of accounts over the real tables: its order, its pages, that SQL ranks as the domain counts."""

import csv
import io
from datetime import datetime
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.scoring.account import Person, PreparedAccount
from leadtrace.events.snapshots import LeadScore
from leadtrace.events.times import to_micros
from leadtrace.runtime.definitions import live_definitions
from leadtrace_api.store.fill_work import fill_work_if_filled_otherwise
from tests.integration.api.projection import Projection
from tests.integration.api.worklist import Body, at_stage, open_deal, scored
from tests.unit.api.snapshots import lead_id, record

PATH = "/v1/accounts"
_RULE = live_definitions().scorecard.account
assert _RULE is not None
PREPARED = PreparedAccount(_RULE)
# (account, days since the last touch)
People = list[tuple[str, float]]
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(("a.example", "b|c", "=d", "é.example", "z.example")),
        st.one_of(st.sampled_from((0.0, 1.0, 14.0, 55.9, 56.1)), st.floats(0, 60)),
    ),
    max_size=20,
)


def person(number: int, now: int, account: str, days: float, **fields: Any) -> LeadScore:
    touched_at = now - round(days * DAY_US)
    return scored(number, now, "warm", 1, account=account, touched_at=touched_at, **fields)


async def listed(client: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    """The accounts of all pages."""
    _, found = await walk(client, **asked)
    return found


async def walk(client: httpx.AsyncClient, **asked: Any) -> tuple[int, list[dict[str, Any]]]:
    """The moment that all pages are of, and the accounts on them."""
    answer = await client.get(PATH, params=asked)
    found: list[dict[str, Any]] = []
    at = answer.json().get("at")
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page["at"] == at
        found += page["accounts"]
        if page["next"] is None:
            return to_micros(datetime.fromisoformat(page["at"])), found
        answer = await client.get(page["next"])


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(people=PEOPLE, limit=st.integers(1, 3))
async def test_pages_are_ordered_by_what_the_domain_counts(
    projection: Projection, client: httpx.AsyncClient, now: int, people: People, limit: int
) -> None:
    await projection.empty()
    bodies = [person(number, now, *one) for number, one in enumerate(people, start=1)]
    await projection.take([record(one, 1) for one in bodies])
    at, pages = await walk(client, limit=limit)
    active = {one.account for one in bodies if at - (one.touched_at or 0) < PREPARED.active_us}
    assert {one["account"] for one in pages} == active
    assert len(pages) == len(active)
    assert [(-one["points"], one["account"]) for one in pages] == sorted(
        (-one["points"], one["account"]) for one in pages
    )
    for one in pages:
        of = [body for body in bodies if body.account == one["account"]]
        counted = PREPARED.points_of([Person(body.lead_id, body.touched_at or 0) for body in of], at)
        assert one["points"] == counted.millipoints / 1000
        assert (one["people"], one["active_people"]) == (len(of), counted.people)


async def test_an_account_says_how_its_leads_stand(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    bodies: list[Body] = [
        person(1, now, "acme.example", 0.1),
        at_stage(1, now, deals=(open_deal(1, 10_000), open_deal(2, 5, "USD"))),
        scored(2, now, "hot", 1, account="acme.example", touched_at=now - 20 * DAY_US),
        at_stage(2, now, deals=(open_deal(3, 2_550),)),
        scored(3, now, "cold", 1, account="acme.example"),
        person(4, now, "=cmd()", 1),
        person(5, now, "gone.example", 57),
        at_stage(6, now),
        person(7, now, "acme.example", 0),
        at_stage(7, now, redirect_to=lead_id(1)),
    ]
    await projection.take([record(one, 1) for one in bodies])
    acme, other = await listed(client)
    assert acme["leads"] == [lead_id(1), lead_id(2), lead_id(3)]
    assert (acme["people"], acme["active_people"], acme["band"]) == (3, 2, "hot")
    assert acme["open_value"] == {"amount": "125.50", "currency": "EUR"}
    assert (other["account"], other["points"], other["open_value"]) == ("=cmd()", 0.0, None)
    assert [one["account"] for one in await listed(client, min_points=0.001)] == ["acme.example"]
    one = (await client.get(f"{PATH}/ACME.example")).json()
    assert (one["points"], one["added"]["millipoints"] / 1000) == (acme["points"], acme["points"])
    assert [(lead["lead_id"], lead["owner"]) for lead in one["leads"]] == [
        (lead_id(1), "anna"),
        (lead_id(2), "anna"),
        (lead_id(3), None),
    ]
    assert (await client.get(f"{PATH}/gone.example")).json()["active_people"] == 0
    assert (await client.get(f"{PATH}/nobody.example")).status_code == 404
    assert (await client.get(f"{PATH}/a%00b")).status_code == 404
    answer = await client.get(PATH, params={"format": "csv", "limit": 1})
    head, row = csv.reader(io.StringIO(answer.text))
    assert dict(zip(head, row, strict=True))["leads"].split() == acme["leads"]
    link = answer.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    assert "'=cmd()" in (await client.get(link)).text


async def test_of_a_crowd_those_who_were_active_last_count_and_the_rest_is_told(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    bodies = [person(number, now, "crowd", number / 1000) for number in range(1, 131)]
    await projection.take([record(one, 1) for one in bodies])
    (crowd,) = await listed(client)
    assert (crowd["people"], crowd["active_people"], crowd["points"]) == (130, 130, 16.0)
    assert crowd["leads"] == [lead_id(number) for number in range(1, 21)]
    one = (await client.get(f"{PATH}/crowd")).json()
    added = one["added"]
    assert (added["people"], len(added["parts"]), added["untold"]) == (130, 100, 30)
    assert sum(part["millipoints"] for part in added["parts"]) + added["over_cap"] == 16_000
    assert (len(one["leads"]), one["leads_omitted"]) == (100, 30)
    score = (await client.get(f"/v1/leads/{lead_id(130)}/score")).json()
    assert score["account"]["untold"] == 30


async def test_a_cursor_of_somebody_else_is_refused(client: httpx.AsyncClient) -> None:
    for cursor in ("abc", "MjAyNi0wNC0wMXwxfGE", "OTk5OS0wMS0wMVQwMDowMDowMCswMDowMHwxfGE"):
        answer = await client.get(PATH, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "cursor")


async def test_after_an_update_the_columns_are_filled_from_what_is_stored(
    projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    await projection.take([record(person(1, now, "acme.example", 1), 1), record(at_stage(2, now), 1)])
    before = await listed(client)
    await projection.owner.execute(
        "update api.projections set contribution_version = 1 where name = 'priorities'"
    )
    await projection.owner.execute("update api.leads set account = null, touched_at = null")
    assert await listed(client) == []
    async with projection.pool.acquire() as connection:
        assert await fill_work_if_filled_otherwise(connection)
        assert not await fill_work_if_filled_otherwise(connection)
    assert await listed(client) == before
