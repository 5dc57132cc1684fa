"""A history of persons and deals: as notifications of version 2, and as list views export them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.unit.ingest.pipedrive_items import DEAL, second

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
Record = dict[str, str]
_PERSONS, _DEALS = "pipedrive-people", "pipedrive-deals"


@dataclass(slots=True)
class Step:
    """A change of one record: all fields as they are now, and those that changed as they were."""

    at: datetime
    entity: str
    now: dict[str, Any]
    before: dict[str, Any] | None


@dataclass(slots=True)
class History:
    """All changes, in their order."""

    steps: list[Step] = field(default_factory=list)

    def webhooks(self) -> list[Any]:
        """The notifications."""
        return [
            second(
                "create" if step.before is None else "change",
                step.entity,
                step.now,
                step.before,
                step.now["id"],
                timestamp=f"{step.at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            )
            for step in self.steps
        ]

    def exports(self, until: datetime) -> dict[str, list[Record]]:
        """The exports of a moment, by the names of their mappings."""
        found: dict[str, dict[int, Record]] = {_PERSONS: {}, _DEALS: {}}
        for step in self.steps:
            if step.at > until:
                break
            if step.entity == "person":
                found[_PERSONS][step.now["id"]] = _person(step)
            else:
                found[_DEALS][step.now["id"]] = _deal(step)
        return {name: list(records.values()) for name, records in found.items()}


def history(seed: int, persons: int = 25) -> History:
    """The lives of some persons and their deals."""
    chance = Random(seed)
    steps = [step for number in range(1, persons + 1) for step in _life(chance, number)]
    return History(sorted(steps, key=lambda step: step.at))


def _life(chance: Random, number: int) -> list[Step]:
    at = START + timedelta(minutes=chance.randrange(5_000), milliseconds=chance.randrange(60_000))
    person = {"id": number, "name": f"P {number}", "add_time": _time(at), "update_time": _time(at)}
    steps = [Step(at, "person", person, None)]
    if chance.random() < 0.3:
        return steps
    at += timedelta(seconds=chance.choice((0, 40, 90_000)), milliseconds=chance.randrange(900))
    deal = DEAL | {"id": 1_000 + number, "person_id": number, "org_id": None, "status": "open"}
    deal |= {"value": float(chance.randrange(1, 90_000)), "add_time": _time(at), "update_time": _time(at)}
    steps.append(Step(at, "deal", deal, None))
    possible: list[dict[str, Any]] = [{"stage_id": 3}, {"value": 12.5}]
    changes = possible[: chance.randrange(3)]
    ended = chance.choice(("won", "lost", "open"))
    if ended != "open":
        changes.append({"status": ended})
        if chance.random() < 0.2:
            changes.append({"status": "open"})
    for change in changes:
        at += timedelta(seconds=chance.choice((5, 40, 3_000, 90_000)), milliseconds=chance.randrange(900))
        now = deal | change | {"update_time": _time(at)}
        if "status" in change:
            now |= {f"{end}_time": _time(at) if change["status"] == end else None for end in ("won", "lost")}
        before = {name: deal.get(name) for name in now if now[name] != deal.get(name)}
        steps.append(Step(at, "deal", now, before))
        deal = now
    return steps


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _person(step: Step) -> Record:
    return {
        "Person - ID": str(step.now["id"]),
        "Person - Name": step.now["name"],
        "Person - Person created": _written(step.now["add_time"]),
        "Person - Update time": _written(step.now["update_time"]),
    }


def _deal(step: Step) -> Record:
    now = step.now
    record = {
        "Deal - ID": str(now["id"]),
        "Deal - Status": now["status"].title(),
        "Deal - Value": str(now["value"]),
        "Deal - Currency of Value": str(now["currency"]),
        "Deal - Contact person ID": str(now["person_id"]),
        "Deal - Deal created": _written(now["add_time"]),
        "Deal - Update time": _written(now["update_time"]),
    }
    for one in ("won", "lost"):
        if now.get(f"{one}_time"):
            record[f"Deal - {one.title()} time"] = _written(now[f"{one}_time"])
    return record


def _written(time: str) -> str:
    return time.replace("T", " ").removesuffix("Z")
