"""Files in, the same funnel out: beside webhooks, instead of them, twice, and interrupted."""

import csv
import json
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.hubspot_reference import ChannelNumbers, events_of, funnel_by_source
from leadtrace.testing.installation import Installation, running
from tests.e2e import olist
from tests.e2e.importing import (
    DEALS_FILE,
    LEADS_FILE,
    olist_funnel,
    olist_rows,
    run_import,
    start_import,
    write_rows,
)
from tests.unit.ingest.hubspot_export import CONTACT_COLUMNS, DEAL_COLUMNS, as_csv, exports

pytestmark = pytest.mark.slow

_PORTAL = "62515"
_UNTIL = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def installation(data_folder: Path) -> AsyncIterator[Installation]:
    """A fresh installation with a sender whose rows come from files only."""
    more = {
        "LEADTRACE_REPORTING__CURRENCY": "BRL",
        "LEADTRACE_SENDERS__OLIST__KIND": "hubspot",
        "LEADTRACE_SENDERS__OLIST__SECRETS": '["a secret that nobody uses"]',
    }
    async with running(data_folder, **more) as made:
        yield made


async def _funnel(installation: Installation) -> dict[str | None, ChannelNumbers]:
    funnel = await installation.get("/v1/funnel", by="channel")
    return {group["key"]["channel"]: _numbers(group) for group in funnel["groups"]}


def _numbers(group: dict[str, Any]) -> ChannelNumbers:
    reached = {row["stage"]: row["reached"] for row in group["stages"] if row["reached"] is not None}
    return ChannelNumbers(reached, Decimal(group["revenue"]["amount"]))


def _entered(total: dict[str, Any]) -> dict[str, int]:
    return {row["stage"]: row["entered"] for row in total["stages"]}


def test_the_two_olist_files_say_what_the_webhooks_say() -> None:
    by_file = olist_funnel(olist_rows(LEADS_FILE), olist_rows(DEALS_FILE))
    assert by_file == funnel_by_source(events_of(olist.deliveries()))
    assert sum(row.reached["inquiry"] for row in by_file.values()) == 8_000
    assert sum(row.reached["customer"] for row in by_file.values()) == 842


async def test_a_sample_of_the_olist_files_gives_its_true_funnel_and_again_nothing_more(
    installation: Installation, tmp_path: Path
) -> None:
    leads = olist_rows(LEADS_FILE)[::10]
    ids = {lead["mql_id"] for lead in leads}
    deals = [deal for deal in olist_rows(DEALS_FILE) if deal["mql_id"] in ids]
    leads_file, deals_file = (
        write_rows(tmp_path / "leads.csv", leads),
        write_rows(tmp_path / "deals.csv", deals),
    )

    said = await run_import(installation, leads_file, "olist-leads", "--sender", "olist")
    assert said.code == 0, said.text
    assert said.totals == _all_new(len(leads))
    said = await run_import(installation, deals_file, "olist-deals", "--sender", "olist")
    assert said.code == 0, said.text
    assert said.totals == _all_new(len(deals))
    report = await installation.accounted(items=len(leads) + len(deals))
    assert (report["balanced"], report["difference"]) == (True, 0)
    assert await _funnel(installation) == olist_funnel(leads, deals)

    again = await run_import(installation, leads_file, "olist-leads", "--sender", "olist")
    assert again.totals == {**_all_new(len(leads)), "published": 0, "duplicate": len(leads)}
    await installation.accounted(items=2 * len(leads) + len(deals))
    assert await _funnel(installation) == olist_funnel(leads, deals)


async def test_an_export_on_top_of_webhooks_changes_no_count(
    installation: Installation, tmp_path: Path
) -> None:
    deliveries = make_deliveries(_UNTIL, leads=120)
    events = events_of(deliveries)
    half = len(deliveries) // 2
    contacts, deals = exports(events, events[-1]["occurredAt"])
    early = exports(events, events[len(events) // 3]["occurredAt"])
    await installation.post(deliveries[:half])
    for number, (people, sales) in enumerate([early, (contacts, deals)]):
        for name, mapping, rows, columns in (
            ("contacts", "hubspot-contacts", people, CONTACT_COLUMNS),
            ("deals", "hubspot-deals", sales, DEAL_COLUMNS),
        ):
            file = tmp_path / f"{name}{number}.csv"
            file.write_text(as_csv(rows, columns), encoding="utf-8-sig")
            said = await run_import(installation, file, mapping, "--sender", "hubspot", "--account", _PORTAL)
            assert said.code == 0, said.text
            assert said.totals["rows read"] == len(rows)
    await installation.post(deliveries[half:])
    report = await installation.accounted(items=len(events))
    assert (report["balanced"], report["difference"]) == (True, 0)

    assert await _funnel(installation) == funnel_by_source(events)
    total = (await installation.get("/v1/funnel"))["total"]
    assert _entered(total) == _entries_of(events)
    leads = (await installation.get("/v1/leads", limit="500"))["leads"]
    assert len(leads) == len(contacts)
    assert [lead for lead in leads if "unhydrated" in lead["flags"]] == []


def _entries_of(events: list[dict[str, Any]]) -> dict[str, int]:
    """Entries to stages in a history in which nobody goes back and every deal comes last."""
    names = {"lead": "lead", "marketingqualifiedlead": "mql", "salesqualifiedlead": "sql"}
    counts = dict.fromkeys(
        (
            "inquiry",
            "lead",
            "mql",
            "sal",
            "sql",
            "opportunity",
            "customer",
            "recycled",
            "disqualified",
            "lost",
        ),
        0,
    )
    for event in events:
        if event["subscriptionType"] == "contact.creation":
            counts["inquiry"] += 1
        elif event.get("propertyName") == "lifecyclestage":
            counts[names[event["propertyValue"]]] += 1
        elif event["subscriptionType"] == "deal.creation":
            counts["opportunity"] += 1
        elif event.get("propertyValue") == "closedwon":
            counts["customer"] += 1
        elif event.get("propertyValue") == "closedlost":
            counts["lost"] += 1
    return counts


async def test_rows_that_are_wrong_are_listed_with_their_lines_and_the_others_go_through(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(
        "mql_id,first_contact_date,landing_page_id,origin\n"
        "a,2018-02-01,p,social\n"
        'b,2018-02-01,"p,social\n'
        "c,2018-02-30,p,social\n"
        "d,2018-02-01,p\n"
        "e,2018-02-01,p,email\n"
    )
    said = await run_import(installation, file, "olist-leads", "--sender", "olist")
    assert said.code == 1, said.text
    assert said.totals == {**_all_new(2), "rows read": 5, "refused": 3}
    with (tmp_path / "leads.csv.errors.csv").open(newline="") as opened:
        listed = [(row["line"], row["reason"]) for row in csv.DictReader(opened)]
    assert listed == [("3", "broken_row"), ("4", "bad_time"), ("5", "broken_row")]

    mended = file.read_text().replace("2018-02-30", "2018-02-28").replace('"p', "p")
    file.write_text(mended)
    said = await run_import(installation, file, "olist-leads", "--sender", "olist")
    assert said.totals == {**_all_new(4), "rows read": 5, "refused": 1, "published": 2, "duplicate": 2}


async def test_after_ctrl_c_the_same_command_goes_on_and_counts_nothing_twice(
    installation: Installation, tmp_path: Path
) -> None:
    rows = [
        {
            "mql_id": f"lead-{n}",
            "first_contact_date": "2018-02-01",
            "landing_page_id": "p",
            "origin": "social",
        }
        for n in range(20_000)
    ]
    file = write_rows(tmp_path / "leads.csv", rows)
    process = await start_import(installation, file, "olist-leads", "--sender", "olist")
    await eventually_answers(
        lambda: _some_accepted(installation), what="some rows are accepted", deadline_s=60
    )
    process.send_signal(signal.SIGINT)
    output, _ = await process.communicate()
    assert process.returncode == 130, output.decode()
    assert "goes on here" in output.decode()

    said = await run_import(installation, file, "olist-leads", "--sender", "olist")
    assert said.code == 0, said.text
    assert "going on behind" in said.text
    assert said.totals == _all_new(len(rows))
    report = await installation.accounted(items=len(rows))
    assert report["balanced"]
    assert [(row["accepted"], row["published"]) for row in report["items"] if row["sender"] == "olist"] == [
        (len(rows), len(rows))
    ]
    total = (await installation.get("/v1/funnel"))["total"]
    assert _entered(total)["mql"] == len(rows)
    assert not list((installation.folder / "imports").glob("*.json"))


async def _some_accepted(installation: Installation) -> bool:
    report = await installation.get("/v1/audit/conservation")
    return any(row["accepted"] for row in report["items"])


def _all_new(rows: int) -> dict[str, int]:
    return {
        "rows read": rows,
        "refused": 0,
        "accepted": rows,
        "published": rows,
        "duplicate": 0,
        "ignored": 0,
        "quarantined": 0,
    }


async def test_a_dry_run_shows_what_would_come_out_and_posts_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "leads.jsonl"
    lead = {"mql_id": "a", "first_contact_date": "2018-02-01", "landing_page_id": "p", "origin": "social"}
    file.write_text(json.dumps(lead))
    said = await run_import(installation, file, "olist-leads", "--sender", "olist", "--dry-run")
    assert said.code == 0, said.text
    assert "lead.captured lead/a at 2018-02-01" in said.text
    assert (await installation.get("/v1/audit/conservation"))["items"] == []
