"""What waits at each step of the flow, for how long, and how fast it goes, from what the processes tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leadtrace.cli.process_metrics import Scrape
from leadtrace.cli.spill_report import SpillReport

ACCEPTED = "leadtrace_accepted_items_total"
RELAYED = "leadtrace_relayed_items_total"
INTAKE_AGE = "leadtrace_intake_oldest_pending_age_seconds"
RECORDS = "leadtrace_records_total"
LAG = "leadtrace_consumer_lag_records"
HEARD_AT = "leadtrace_consumer_poll_timestamp_seconds"
# The process that reads, and the name that hops have for its service.
_READERS = {"scoring": "scoring", "attribution": "attribution", "projector": "api"}

Pages = Mapping[str, Scrape]
Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One process of the flow. None is unknown; `rate` is in items or records per second.

    `waits` are requests in the door's spill, items in the intake log, records of a reader's topics;
    `oldest_s` is the age of the oldest thing on its way there, `heard_s` the time since a reader last heard
    from the broker.
    """

    process: str
    waits: float | None
    oldest_s: float | None
    rate: float | None
    heard_s: float | None = None


def flow(
    pages: Pages, before: Pages, *, report: Report | None, spill: SpillReport, now_s: float
) -> list[Step]:
    """The steps in the flow's own order; `before` are the pages of an earlier look, for the rates."""
    return [
        _door(pages, before, spill),
        _relay(pages, before, report),
        *_readers(pages, before, report, now_s),
    ]


def rate(now: Scrape | None, before: Scrape | None, name: str) -> float | None:
    """By how much a counter grew in a second; None without two looks at the same life of a process."""
    if now is None or before is None or now.at_s <= before.at_s:
        return None
    grown, was = now.total(name), before.total(name)
    if grown is None or was is None or grown < was:
        return None
    return (grown - was) / (now.at_s - before.at_s)


def _door(pages: Pages, before: Pages, spill: SpillReport) -> Step:
    known = spill.problem is None
    return Step(
        "door",
        waits=spill.requests if known else None,
        oldest_s=max((place["oldest_age_s"] for place in spill.places), default=0.0) if known else None,
        rate=rate(pages.get("door"), before.get("door"), ACCEPTED),
    )


def _relay(pages: Pages, before: Pages, report: Report | None) -> Step:
    page = pages.get("relay")
    return Step(
        "relay",
        waits=None if report is None else sum(row["pending"] for row in report["items"]),
        oldest_s=None if page is None else page.total(INTAKE_AGE),
        rate=rate(page, before.get("relay"), RELAYED),
    )


def _readers(pages: Pages, before: Pages, report: Report | None, now_s: float) -> Iterator[Step]:
    for process, reader in _READERS.items():
        page = pages.get(process)
        heard_at = None if page is None else page.total(HEARD_AT)
        yield Step(
            process,
            waits=None if page is None else page.total(LAG),
            oldest_s=None if report is None else _oldest(report, reader),
            rate=rate(page, before.get(process), RECORDS),
            heard_s=None if not heard_at else max(0.0, now_s - heard_at),
        )


def _oldest(report: Report, reader: str) -> float:
    ages = [
        row[age] or 0.0
        for key, age in (("events", "oldest_pending_age_s"), ("snapshots", "oldest_missing_age_s"))
        for row in report[key]
        if row["hop"].endswith(f" to {reader}")
    ]
    return max(ages, default=0.0)
