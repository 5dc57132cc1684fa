"""Whose hands a lead is in, reckoned anew in plain words from everything that was told of its records."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from leadtrace.events.custody import Answer
from leadtrace.events.times import to_micros
from tests.integration.proof.ledger import Told
from tests.laws.custody_reference import LADDER, Said, place_after

_SAID = {"handover.offered": "offered", "handover.accepted": "accepted", "handover.returned": "refused"}
_GENUINE = ("call", "meeting", "email")
_HANDOVER = LADDER.index("mql")

# What may be told of hands: the name of an event, and its data.
_HANDED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("handover.offered", {"team": "sales"}),
    ("handover.accepted", {"team": "sales", "owner": "anna"}),
    ("handover.returned", {"reason": "no_budget"}),
    ("lead.owner_changed", {"owner": "anna", "actor": "anna"}),
    ("lead.owner_changed", {"owner": "ben", "actor": "cleo"}),
    ("activity.recorded", {"kind": "call", "automatic": False}),
    ("activity.recorded", {"kind": "email", "automatic": True}),
)
HANDED = st.lists(st.sampled_from(_HANDED), min_size=1, max_size=4)


class Hands:
    """What is known of one lead: what its page says of stages and verdicts, what was told of its records."""

    def __init__(self, lead: Mapping[str, Any], told: Iterable[Told], start: datetime) -> None:
        self._lead, self._start = lead, start
        self._told = sorted(told, key=lambda one: one.at)
        self._begin = _micros(lead["captured_at"])

    def check(self) -> None:
        """The page's hands and offers are those that the table of rules comes to."""
        erased = any(one.name == "lead.erased" for one in self._told)
        if erased:
            assert self._lead["hands"]["account"] == "erased"
            return
        place = place_after(self._line())
        account = self._lead["hands"]["account"]
        assert ("working" if account in ("sales", "partner") else account) == place.situation
        shown = [
            [_micros(one["at"]), one["answer"], _or_none(one["answered_at"]), _or_none(one["ended_at"])]
            for one in self._lead["offers"]
        ]
        assert shown == [offer[:4] for offer in place.offers]
        for one in self._lead["offers"]:
            self._check_contact(one)

    def _check_contact(self, offer: Mapping[str, Any]) -> None:
        """The earliest genuine contact since the offer, whoever told of it first."""
        if offer["answer"] != Answer.ACCEPTED:
            assert offer["contacted_at"] is None
            return
        if offer["opened_by"] == "implied":
            return
        until = _or_none(offer["ended_at"])
        contacts = [
            max(self._at(one), self._begin)
            for one in self._told
            if one.name == "activity.recorded" and one.data["kind"] in _GENUINE and not one.data["automatic"]
        ]
        since = [at for at in contacts if at >= _micros(offer["at"]) and (until is None or at <= until)]
        expected = max(since[0], _micros(offer["answered_at"])) if since else None
        assert _or_none(offer["contacted_at"]) == expected

    def _line(self) -> list[Said]:
        line = [(_micros(one["at"]), 0, _of_entry(one)) for one in self._lead["transitions"]]
        for one in self._told:
            what = _SAID.get(one.name)
            if one.name == "lead.owner_changed" and one.data["owner"] == one.data["actor"]:
                what = "taken"
            if what is not None:
                line.append((self._at(one), 1, what))
        line += [(at, 2, "verdict") for at in self._onsets()]
        return [Said(max(at, self._begin), what) for at, _, what in sorted(line, key=lambda one: one[:2])]

    def _onsets(self) -> Iterable[int]:
        held = False
        score = self._lead["score"]
        for one in score["qualifications"] if score else ():
            if one["stage"] == "mql":
                if one["holds"] and not held:
                    yield _micros(one["at"])
                held = one["holds"]

    def _at(self, one: Told) -> int:
        return to_micros(self._start + timedelta(milliseconds=one.at))


def _of_entry(entry: Mapping[str, Any]) -> str:
    stage: str = entry["stage"]
    if stage not in LADDER or stage == "customer":
        return stage
    rung = LADDER.index(stage)
    if rung > _HANDOVER:
        return "beyond"
    what = "below" if rung < _HANDOVER else "handover"
    return what if entry["kind"] == "backward" else f"{what}_on"


def _micros(text: str) -> int:
    return to_micros(datetime.fromisoformat(text))


def _or_none(text: str | None) -> int | None:
    return None if text is None else _micros(text)
