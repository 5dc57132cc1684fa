"""What a person sees of the funnel in 80 columns: every name, number and amount whole, and nothing empty."""

from itertools import pairwise
from typing import Any

from rich.console import Console, RenderableType

from leadtrace.cli.report import conservation_line, conservation_tables, funnel_table, steps_table

LADDER = ("inquiry", "lead", "mql", "sal", "sql", "opportunity", "customer")
RECORDED = {"inquiry": 9_999, "lead": 9_999, "mql": 5_000, "sql": 1_200, "opportunity": 900, "customer": 842}
LONG = "a_campaign_with_a_rather_long_name_of_its_own_2026"


def shown(what: RenderableType, width: int = 80) -> str:
    """The text of a terminal."""
    console = Console(record=True, width=width)
    console.print(what)
    return console.export_text()


def reached(stage: str) -> int:
    """Leads at the stage or any later one."""
    return max(RECORDED.get(later, 0) for later in LADDER[LADDER.index(stage) :])


def group(channel: str | None) -> dict[str, Any]:
    """One row as `GET /v1/funnel` tells it: nobody was ever recorded at `sal`."""
    ladder = [{"stage": s, "entered": RECORDED.get(s, 0), "reached": reached(s)} for s in LADDER]
    return {
        "key": {"channel": channel},
        "stages": [*ladder, {"stage": "lost", "entered": 7, "reached": None}],
        "steps": [
            {"from": start, "to": end, "rate": {"value": reached(end) / reached(start), "n": reached(start)}}
            for start, end in pairwise(LADDER)
        ],
        "overall": {"value": 842 / 9_999},
        "revenue": {"amount": "12345678.90", "currency": "EUR"},
    }


FUNNEL = {"groups": [group("email_marketing"), group(None)], "total": group(None)}


def test_80_columns_show_every_number_whole() -> None:
    text = shown(funnel_table(FUNNEL, "channel"))
    assert "…" not in text
    assert text.count("12,345,678.90") == 3
    assert text.count("9,999") == 6
    assert "email_marketing" in text
    assert "(none)" in text


def test_a_stage_that_everybody_skipped_is_named_and_left_out() -> None:
    heading = next(line for line in shown(funnel_table(FUNNEL, "channel")).splitlines() if "inquiry" in line)
    assert "sal" not in heading
    assert "no lead was recorded at: sal" in shown(funnel_table(FUNNEL, "channel"))


def test_the_step_over_a_skipped_stage_has_the_rate_of_the_step_to_it() -> None:
    text = shown(steps_table(FUNNEL, "channel"), 120)
    assert "mql → sql" in text
    assert text.count("24.000% (5,000)") == 3


def test_a_step_that_everybody_takes_is_left_out() -> None:
    assert "inquiry → lead" not in shown(steps_table(FUNNEL, "channel"), 120)


def test_a_long_name_goes_on_below_and_nothing_is_cut() -> None:
    text = shown(funnel_table({**FUNNEL, "groups": [group(LONG)]}, "channel"))
    assert "".join(line.split(" ")[0] for line in text.splitlines()).count(LONG) == 1
    assert text.count("12,345,678.90") == 2


def test_a_check_shows_its_zero_and_no_empty_columns() -> None:
    counts = {"accepted": 5, "published": 5, "suppressed": 0, "pending": 0, "difference": 0}
    report: dict[str, Any] = {
        "balanced": True,
        "difference": 0,
        "items": [],
        "events": [],
        "unexpected": [{"reader": "scoring", "unexpected": 0}],
        "snapshots": [],
        "money": [],
    }
    outcomes = ("published", "duplicate", "ignored", "suppressed", "quarantined", "discarded", "pending")
    report["items"] = [{**dict.fromkeys(outcomes, 0), **counts, "sender": "hubspot"}]
    assert conservation_line(report).endswith("difference 0; 5 accepted = 5 published")
    items, unexpected = (shown(table) for table in conservation_tables(report))
    assert "difference" in items
    assert "suppressed" not in items
    assert "No reader holds what was never published" in unexpected
