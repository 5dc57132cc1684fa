"""Velocity over the real tables: equal to a slow count of the stored bodies, whatever filters and groups."""

import json
from collections import Counter
from fractions import Fraction
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.snapshots import LeadOutcome
from tests.integration.api.projection import Projection
from tests.integration.api.visited import (
    EPOCH,
    KINDS,
    MARKS,
    MICROSECOND,
    STAGES,
    WORKED,
    Stay,
    crowd,
    day_of,
    masses,
    moment_of,
    opened,
    quantile,
    stays_of,
    ways,
)
from tests.unit.api.snapshots import record

PATH = "/v1/velocity"
QUANTILES = {
    "p50_s": Fraction(1, 2),
    "p75_s": Fraction(3, 4),
    "p90_s": Fraction(9, 10),
    "p95_s": Fraction(19, 20),
}

# One question narrows by one thing or by none, so that most of what is there is compared.
ASKED: st.SearchStrategy[dict[str, str]] = st.sampled_from(
    (
        {},
        {"by": "channel"},
        {"by": "channel,owner"},
        {"by": "owner", "channel": "email"},
        {"by": "channel", "from": "2026-01-02", "to": "2026-01-31"},
        {"by": "channel", "basis": "activity", "from": "2026-01-02"},
        {"by": "owner", "basis": "activity", "from": "2026-01-02", "to": "2026-03-29"},
        {"channel": ""},
    )
)


async def stored(projection: Projection) -> tuple[list[Stay], dict[str, tuple[str, ...]]]:
    """All visits that stored bodies tell of, and the way of each lead."""
    bodies = await projection.owner.fetch("select outcome_body from api.leads where outcome_body is not null")
    stays: list[Stay] = []
    paths: dict[str, tuple[str, ...]] = {}
    for row in bodies:
        body = json.loads(row[0])
        stays += stays_of(body)
        before = ("…",) if body.get("transitions_omitted") else ()
        paths[body["lead_id"]] = (*before, *(one["stage"] for one in body.get("transitions", ())))
    return stays, paths


def passes(one: Stay, asked: dict[str, str]) -> bool:
    keys = dict(one.keys)
    narrowed = [name for name in keys if name in asked]
    day = day_of(one.entered if asked.get("basis") == "activity" else one.captured)
    in_range = asked.get("from", "") <= day <= asked.get("to", "9")
    return in_range and all((keys[name] or "") == asked[name] for name in narrowed)


def expect_numbers(
    told: dict[str, Any], stays: list[Stay], now: int, edited: set[tuple[str, int]], paths: dict[str, Any]
) -> None:
    leads = {one.lead for one in stays}
    assert (told["leads"], told["visits"]) == (len(leads), len(stays))
    assert told["entries"] == entries(stays, edited)
    assert [row["stage"] for row in told["stages"]] == sorted({one.stage for one in stays}, key=STAGES.index)
    looped = {one.lead for one in stays if "looping" in one.marks}
    loops = sum("looping" in one.marks for one in stays)
    assert told["rework"]["loops"] == loops
    assert told["rework"]["loops_per_lead"] == (round(loops / len(leads), 6) if leads else None)
    assert told["rework"]["looped_leads"]["value"] == (round(len(looped) / len(leads), 6) if leads else None)
    for row in told["stages"]:
        of_stage = [one for one in stays if one.stage == row["stage"]]
        assert row["visits"] == len(of_stage)
        assert row["leads"] == len({one.lead for one in of_stage})
        assert row["open"] == sum(one.open for one in of_stage)
        assert row["gone"] == sum(one.gone is not None for one in of_stage)
        assert row["entries"] == entries(of_stage, edited)
        expect_time(row, of_stage, now)
        expect_stalled(row, of_stage, now)
    expect_bottlenecks(told, stays, now)
    ranked = sorted(
        Counter(paths[lead] for lead in leads).items(), key=lambda way: (-way[1], ">".join(way[0]))
    )
    assert [(tuple(one["path"]), one["leads"]) for one in told["variants"]["top"]] == ranked[:10]
    others = [number for _, number in ranked[10:]]
    assert told["variants"]["other"] == {"ways": len(others), "leads": sum(others)}


def entries(stays: list[Stay], edited: set[tuple[str, int]]) -> dict[str, int]:
    return {
        **{kind: sum(one.kind == kind for one in stays) for kind in KINDS},
        **{mark: sum(mark in one.marks for one in stays) for mark in MARKS},
        "mass": sum((one.actor, one.entered // 1_000_000) in edited for one in stays),
    }


def end_of(one: Stay, now: int) -> int:
    ended = one.left if one.left is not None else one.gone
    return ended if ended is not None else now


def expect_time(row: dict[str, Any], stays: list[Stay], now: int) -> None:
    for name, lasted in (("time", lambda start, end: end - start), ("business_time", opened)):
        ended = [(lasted(one.entered, end_of(one, now)), one.left is not None) for one in stays]
        expected = {key: quantile(ended, share) for key, share in QUANTILES.items()}
        assert row[name] == {
            **{key: one / 1_000_000 if one is not None else None for key, one in expected.items()},
            "n": len(stays),
            "censored": sum(one.left is None for one in stays),
        }


def expect_stalled(row: dict[str, Any], stays: list[Stay], now: int) -> None:
    if row["stage"] not in WORKED:
        assert row["stalled"] is None
        return
    finished = sorted(one.left - one.entered for one in stays if one.left is not None)
    if len(finished) < 20:
        assert row["stalled"] == {"n": len(finished), "after_s": None, "leads": None, "longest": []}
        return
    after = next(
        one
        for place, one in enumerate(finished, start=1)
        if Fraction(place, len(finished)) >= Fraction(9, 10)
    )
    late = sorted((one.entered, one.lead) for one in stays if one.open and now - one.entered > after)
    assert (row["stalled"]["n"], row["stalled"]["after_s"]) == (len(finished), after / 1_000_000)
    assert row["stalled"]["leads"] == len(late)
    assert [one["lead_id"] for one in row["stalled"]["longest"]] == [lead for _, lead in late[:10]]


def expect_bottlenecks(told: dict[str, Any], stays: list[Stay], now: int) -> None:
    held = []
    few = []
    for stage in WORKED:
        of_stage = [one for one in stays if one.stage == stage]
        if 0 < len(of_stage) < 30:
            few.append({"stage": stage, "n": len(of_stage)})
        if len(of_stage) < 30:
            continue
        ended = [(end_of(one, now) - one.entered, one.left is not None) for one in of_stage]
        half = quantile(ended, Fraction(1, 2))
        longest = half if half is not None else max(one for one, _ in ended)
        held.append((-longest, half is not None, -len(of_stage), WORKED.index(stage)))
    found = told["bottlenecks"]
    assert found["unranked"] == few
    assert found["ranked"] == [
        {
            "rank": rank,
            "stage": WORKED[place],
            "held_s": -longest / 1_000_000,
            "at_least": not reached,
            "n": -number,
        }
        for rank, (longest, reached, number, place) in enumerate(sorted(held), start=1)
    ]


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    templates=st.lists(st.tuples(ways(), st.sampled_from((1, 1, 2, 12, 32))), min_size=1, max_size=14),
    asked=ASKED,
)
async def test_velocity_equals_a_slow_count_of_the_stored_bodies(
    projection: Projection,
    client: httpx.AsyncClient,
    templates: list[tuple[LeadOutcome, int]],
    asked: dict[str, str],
) -> None:
    await projection.empty()
    await projection.take([record(one, 1) for one in crowd(templates)])
    answer = await client.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    now = (moment_of(0).fromisoformat(told["snapshot_at"]) - EPOCH) // MICROSECOND
    stays, paths = await stored(projection)
    edited = masses(stays)
    chosen = [one for one in stays if passes(one, asked)]
    expect_numbers(told["total"], chosen, now, edited, paths)
    by = asked["by"].split(",") if "by" in asked else []
    groups: dict[tuple[str | None, ...], list[Stay]] = {}
    for one in chosen if by else []:
        groups.setdefault(tuple(dict(one.keys)[name] for name in by), []).append(one)
    assert {tuple(group["key"].values()) for group in told["groups"]} == set(groups)
    for group in told["groups"]:
        assert list(group["key"]) == by
        expect_numbers(group, groups[tuple(group["key"].values())], now, edited, paths)
