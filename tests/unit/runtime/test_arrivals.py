"""Records into facts: what cannot be one is a dead letter, and never an error."""

import json
from typing import Any
from uuid import UUID

import pytest

from leadtrace.bus.protocol import Record
from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.segments import pack, unpack
from leadtrace.events.catalogue import BY_TYPE, Code
from leadtrace.events.deal import DealLinked
from leadtrace.events.lead import LeadOwnerChanged
from leadtrace.runtime.arrivals import decode, revived
from leadtrace.store.dead_letters import DeadReason
from leadtrace.testing.builders import entity_of, event, lead_ref, outgoing

_OWNED = event(LeadOwnerChanged(owner="anna"), "contact/1", 7)
_GOOD = outgoing(_OWNED).value
_LINKED = outgoing(event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 8)).value
_LEAD = entity_of("contact/1")


def _record(value: bytes | None, offset: int = 0) -> Record:
    return Record("lead-events", 2, offset, b"key", value)


def _with(value: bytes = _GOOD, **changed: Any) -> bytes:
    return json.dumps({**json.loads(value), **changed}).encode()


def _linked_at(binding: int) -> bytes:
    data = json.loads(_LINKED)["data"]
    return _with(_LINKED, data={"lead": {**data["lead"], "bindingrev": binding}})


_POISON: dict[str, bytes | None] = {
    "a tombstone": None,
    "nothing": b"",
    "not JSON": b"\x00\xff",
    "not an object": b"[]",
    "an object and more": _GOOD + b"x",
    "no subject": _GOOD.replace(b'"subject"', b'"topic"'),
    "another specversion": _with(specversion="2.0"),
    "a key that is no id": _with(partitionkey="lead 1"),
    "a number that is none": _with(eventno="seven"),
    "a number below 0": _with(eventno="-1"),
    "a number beyond 64 bits": _with(eventno="9" * 30),
    "a moment without offset": _with(time="2026-01-01T00:00:00"),
    "a moment before the calendar": _with(time="0001-01-01T00:00:00+14:00"),
    "moments after the calendar": _with(
        time="9999-12-31T23:59:59-14:00", recordedtime="9999-12-31T23:59:59-14:00"
    ),
    "a rank beyond 64 bits": _with(sourcerank=2**64),
    "a binding beyond 64 bits": _linked_at(10**30),
    "nesting without end": _GOOD.replace(b'"anna"', b"[" * 200_000 + b"]" * 200_000),
    "the same of an unknown type": _GOOD.replace(b'"anna"', b"[" * 200_000 + b"]" * 200_000).replace(
        b".v1", b".v9"
    ),
    "data that does not fit": _with(data={"owner": 1}),
    "no data": _with(data=None),
    "half a surrogate": _GOOD.replace(b'"anna"', b'"\\ud800"'),
    "text that is not UTF-8": _GOOD.replace(b'"anna"', b'"\xff"'),
    "the same of an unknown type, not UTF-8": _GOOD.replace(b'"anna"', b'"\xff"').replace(b".v1", b".v9"),
}


@pytest.mark.parametrize("value", _POISON.values(), ids=_POISON.keys())
def test_poison_is_a_dead_letter_between_its_neighbours(value: bytes | None) -> None:
    extract = extract_deal if value and b"deal.linked" in value else extract_lead
    found = decode([_record(_GOOD, 10), _record(value, 11), _record(_with(eventno="8"), 12)], extract)
    (letter,) = found.dead
    assert (letter.topic, letter.partition, letter.offset, letter.key) == ("lead-events", 2, 11, b"key")
    assert (letter.value, letter.reason) == (value, DeadReason.UNDECODABLE)
    assert letter.detail
    assert found.numbers() == [7, 8]


def test_data_that_does_not_fit_its_type_keeps_its_event_number() -> None:
    found = decode([_record(_with(data={"owner": 1}))], extract_lead)
    assert found.dead[0].event_no == 7
    assert "lead.owner_changed" in found.dead[0].detail


def test_what_passes_can_always_be_kept() -> None:
    extremes = [
        _with(eventno=str(2**63 - 1), sourcerank=2**63 - 1),
        _with(sourcerank=-(2**63), time="0001-01-01T00:00:00Z"),
        _with(data={"owner": "a\x00b", "team": "\U0010ffff"}),
        _with(id="", source="", subject="", sequence="z" * 10_000),
    ]
    found = decode(map(_record, extremes), extract_lead)
    assert not found.dead
    facts = [one.fact for one in found.facts[_LEAD]]
    assert unpack(pack(facts)) == facts


class TestUnknownTypes:
    @pytest.mark.parametrize(
        "kind", ["io.leadtrace.lead.teleported.v1", "io.leadtrace.lead.captured.v2", "x"]
    )
    def test_are_kept_with_their_data_as_it_came(self, kind: str) -> None:
        data = {"b": [1, {"a": None}], "ü": "\x00"}
        ((_, fact, _),) = decode([_record(_with(type=kind, data=data))], extract_lead).facts[_LEAD]
        assert fact.code == Code.UNKNOWN
        assert fact.values[0] == kind
        assert json.loads(str(fact.values[1])) == data

    def test_become_readable_once_the_code_knows_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kind = "io.leadtrace.lead.owner_changed.v1"
        known = BY_TYPE[kind]
        ((_, readable, _),) = decode([_record(_GOOD)], extract_lead).facts[_LEAD]
        monkeypatch.delitem(BY_TYPE, kind)
        ((_, waiting, _),) = decode([_record(_GOOD)], extract_lead).facts[_LEAD]
        assert waiting.code == Code.UNKNOWN
        assert revived([waiting], extract_lead) == [waiting]
        monkeypatch.setitem(BY_TYPE, kind, known)
        assert revived([waiting], extract_lead) == [readable]


def test_facts_are_grouped_by_the_entity_that_the_envelope_names() -> None:
    other = entity_of("contact/2")
    found = decode([_record(_GOOD), _record(_with(partitionkey=str(other), eventno="9"))], extract_lead)
    assert {entity: [one.number for one in facts] for entity, facts in found.facts.items()} == {
        _LEAD: [7],
        other: [9],
    }
    assert all(isinstance(entity, UUID) for entity in found.facts)
