"""`leadtrace status` as it is read: tables of 80 columns, values for scripts."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from rich.console import Console, RenderableType

from leadtrace.cli.flow import Step
from leadtrace.cli.process_metrics import Scrape, parsed
from leadtrace.cli.spill_report import SpillReport
from leadtrace.cli.status_view import Look, brief, values, versions_line, whole
from leadtrace.embedded.service_health import ServiceHealth

STEPS = (
    Step("door", waits=0, oldest_s=0.0, rate=1_234.56),
    Step("scoring", waits=12_345, oldest_s=2.5, rate=None, heard_s=99.0),
)
HELD = {"sender": "hubspot", "reason": "bad_time", "items": 3, "oldest_age_s": 60.0}
REPORT: Mapping[str, Any] = {
    "balanced": True,
    "difference": 0,
    "items": [
        {
            "sender": "hubspot",
            "accepted": 9,
            "published": 6,
            "duplicate": 0,
            "ignored": 0,
            "suppressed": 0,
            "quarantined": 3,
            "discarded": 0,
            "pending": 0,
        }
    ],
    "quarantine": [HELD],
}


def page(version: str) -> Scrape:
    return parsed(f'leadtrace_build_info{{version="{version}",python="3.11.7"}} 1\n', 0.0)


def look(report: Mapping[str, Any] | None = REPORT, *, ready: bool = True, **pages: Scrape) -> Look:
    health = (ServiceHealth("door", "http://127.0.0.1:8001", ready, () if ready else ("does not answer",)),)
    return Look(health, pages, STEPS, report, "the api does not answer", SpillReport(), 2)


def printed(shown: Iterable[RenderableType]) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=80)
    for one in shown:
        console.print(one)
    return stream.getvalue()


def test_a_step_is_a_row_and_what_is_unknown_is_a_question_mark() -> None:
    rows = {line.split()[0]: line.split()[1:] for line in printed(whole(look())).splitlines() if line.strip()}
    assert rows["scoring"] == ["12,345", "2.5", "?", "99.0"]
    assert "1,234.6" in printed(whole(look()))


def test_one_look_shows_every_equation() -> None:
    text = printed(whole(look(door=page("0.1.0"))))
    for part in (
        "Every accepted item has one outcome",
        "Held items",
        "conservation: balanced",
        "spill: nothing",
    ):
        assert part in text
    assert "versions: leadtrace 0.1.0 (Python 3.11.7); definitions 2" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_look_again_shows_what_waits_and_equations_only_if_they_do_not_hold() -> None:
    text = printed(brief(look()))
    assert "Held items" in text
    assert "Every accepted item" not in text
    unbalanced = printed(brief(look({**REPORT, "balanced": False, "difference": 2})))
    assert "Every accepted item" in unbalanced
    assert "NOT BALANCED" in unbalanced


@pytest.mark.parametrize("view", [whole, brief])
def test_without_an_answer_of_the_api_the_reason_is_said(view: Any) -> None:
    text = printed(view(look(None, ready=False)))
    assert "conservation: unknown, the api does not answer" in text
    assert "does not answer" in text.splitlines()[2]


def test_processes_of_several_versions_are_named() -> None:
    mixed = {
        "door": "0.1.0 (Python 3.11.7)",
        "api": "0.2.0 (Python 3.11.7)",
        "relay": "0.1.0 (Python 3.11.7)",
    }
    line = versions_line(mixed, 1)
    assert "0.1.0 (Python 3.11.7)[/] in door, relay" in line
    assert "0.2.0 (Python 3.11.7)[/] in api" in line
    assert versions_line({}, None) == "versions: unknown; definitions unknown"


def test_values_hold_the_same() -> None:
    told = values(look(door=page("0.1.0")))
    assert told["ready"] is True
    assert told["processes"] == [
        {
            "name": "door",
            "url": "http://127.0.0.1:8001",
            "ready": True,
            "missing": (),
            "version": "0.1.0 (Python 3.11.7)",
        }
    ]
    assert told["flow"][1]["waits"] == 12_345
    assert told["conservation"]["quarantine"] == [HELD]
    assert told["definitions"] == 2
