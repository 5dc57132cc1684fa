"""Exports of activities: whose they are, whether they were done, and that each counts once."""

from pathlib import Path
from typing import Any

import pytest

from leadtrace_ingest.senders.item import Ignored, Mapped
from tests.unit.ingest.import_files import checked, events

FILES: dict[str, tuple[str, str]] = {
    "hubspot-calls": (
        "Record ID,Call Title,Activity date,Call direction,Call outcome,Associated Contact IDs\n",
        "{id},Hello,2026-01-05 10:23,Outbound,Connected,901;902\n",
    ),
    "hubspot-emails": (
        "Record ID,Email subject,Activity date,Email direction,Associated Contact IDs\n",
        "{id},Hello,2026-01-05 10:23,Incoming email,901\n",
    ),
    "hubspot-meetings": (
        "Record ID,Meeting name,Meeting start time,Meeting outcome,Associated Contact IDs\n",
        "{id},Demo,2026-01-05 10:23,Completed,901\n",
    ),
    "hubspot-tasks": (
        "Record ID,Task Title,Task Status,Task Type,Due date,Associated Contact IDs\n",
        "{id},Call back,Completed,Call,2026-01-05 10:23,901\n",
    ),
    "salesforce-tasks": (
        "Id,WhoId,Subject,Status,TaskSubtype,CallType,CallDisposition,OwnerId,CreatedDate\n",
        "00T5g00000{id:05}EAV,0035g00000AbCdE,Back,Completed,Call,Inbound,Reached,0055g1,2026-01-05T10:23:00Z\n",
    ),
    "salesforce-events": (
        "Id,WhoId,Subject,StartDateTime,OwnerId\n",
        "00U5g00000{id:05}EAV,00Q5g00000AbCdEEAV,Demo,2026-01-05T10:23:00Z,0055g1\n",
    ),
    "pipedrive-activities": (
        "Activity - ID,Activity - Type,Activity - Done,Activity - Due date,Activity - Contact person ID\n",
        "{id},Call,Done,2026-01-05,5\n",
    ),
}
TOLD = {
    "hubspot-calls": ("contact/901", {"kind": "call", "direction": "outbound", "outcome": "Connected"}),
    "hubspot-emails": ("contact/901", {"kind": "email", "direction": "inbound"}),
    "hubspot-meetings": ("contact/901", {"kind": "meeting", "outcome": "Completed"}),
    "hubspot-tasks": ("contact/901", {"kind": "call", "claimed": "Call"}),
    "salesforce-tasks": (
        "Contact/0035g00000AbCdEAAV",
        {"kind": "call", "direction": "inbound", "outcome": "Reached", "owner": "0055g1"},
    ),
    "salesforce-events": ("Lead/00Q5g00000AbCdEEAV", {"kind": "meeting", "owner": "0055g1"}),
    "pipedrive-activities": ("person/5", {"kind": "call"}),
}


def keys(folder: Path, name: str, *rows: str) -> list[bytes]:
    """What makes each row itself."""
    found = checked(folder, name, FILES[name][0] + "".join(rows))
    assert all(isinstance(one.result, Mapped) for one in found), found
    return [one.result.identity.key for one in found if one.result is not None]


@pytest.mark.parametrize("name", FILES)
def test_is_told_of_everybody_it_was_with(tmp_path: Path, name: str) -> None:
    header, row = FILES[name]
    (one,) = checked(tmp_path, name, header + row.format(id=7))
    found = events(one)
    assert {kind for kind, _, _, _ in found} == {"activity.recorded"}
    assert len(found) == (2 if name == "hubspot-calls" else 1)
    _, subject, time, data = found[0]
    expected: dict[str, Any] = TOLD[name][1]
    assert (subject, {key: data.get(key) for key in expected}) == TOLD[name]
    assert time.startswith("2026-01-05")
    assert "done" not in data


@pytest.mark.parametrize("name", FILES)
def test_counts_once_whatever_else_of_it_changes(tmp_path: Path, name: str) -> None:
    row = FILES[name][1]
    first, again, other = keys(
        tmp_path, name, row.format(id=7), row.format(id=7).replace("05 10:23", "06 11:00"), row.format(id=8)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("name", "planned"),
    [
        ("hubspot-meetings", "7,Demo,2026-01-05 10:23,Scheduled,901\n"),
        ("hubspot-tasks", "7,Call back,Not started,Call,2026-01-05 10:23,901\n"),
        ("pipedrive-activities", "7,Call,To do,2026-01-05,5\n"),
        (
            "salesforce-tasks",
            "00T5g0000000007EAV,0035g00000AbCdE,x,Not Started,Call,,,,2026-01-05T10:23:00Z\n",
        ),
        ("salesforce-events", "00U5g0000000007EAV,00Q5g00000AbCdEEAV,Demo,2026-09-05T10:23:00Z,0055g1\n"),
    ],
)
def test_is_told_once_as_planned_and_once_as_done(tmp_path: Path, name: str, planned: str) -> None:
    header, row = FILES[name]
    one, other = checked(tmp_path, name, header + planned + row.format(id=7))
    assert [events(each)[0][3].get("done", True) for each in (one, other)] == [False, True]
    assert one.result is not None
    assert other.result is not None
    assert one.result.identity.key != other.result.identity.key


@pytest.mark.parametrize("name", FILES)
def test_nobodys_are_ignored(tmp_path: Path, name: str) -> None:
    header, row = FILES[name]
    nobody = row.format(id=7)
    for who in ("901;902", "901", "0035g00000AbCdE", "00Q5g00000AbCdEEAV", ",5\n"):
        nobody = nobody.replace(who, ",\n" if who == ",5\n" else "")
    (one,) = checked(tmp_path, name, header + nobody)
    assert isinstance(one.result, Ignored), one


def test_a_call_that_a_wrong_time_zone_puts_some_hours_ahead_counts_once(tmp_path: Path) -> None:
    row = "7,Hello,2026-06-01 02:00,Outbound,Connected,901\n"
    (one,) = checked(tmp_path, "hubspot-calls", FILES["hubspot-calls"][0] + row)
    (later,) = keys(tmp_path, "hubspot-calls", row.replace("06-01 02:00", "05-01 02:00"))
    assert "done" not in events(one)[0][3]
    assert one.result is not None
    assert one.result.identity.key == later
