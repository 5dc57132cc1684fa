"""Worlds of claims on who is who, and a second reckoning of what they come to, written for reading only."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.unit.ingest.event_items import event

RECORDS = tuple(f"contact/{n}" for n in range(1, 6))
FAN_IN = 3
_MAILS = ("ann@acme.com", "bob@acme.com", "info@acme.com", "not an address", None)
_START = datetime(2025, 12, 1, tzinfo=UTC)


class Claim(NamedTuple):
    """One event that claims something: at hour `at`, of `record`."""

    id: str
    at: int
    kind: str  # captured, merged, split, corrected
    record: str
    about: Any  # an address, another record, or the id of an event


@st.composite
def claim_worlds(draw: st.DrawFn) -> list[Claim]:
    """A few claims; moments are different, so that the last one on anything is plain to see."""
    claims: list[Claim] = []
    hours = draw(st.permutations(range(40)))
    for number in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from(("captured", "captured", "merged", "split", "corrected")))
        record = draw(st.sampled_from(RECORDS))
        others = [one for one in RECORDS if one != record]
        if kind == "corrected" and not claims:
            kind = "captured"
        if kind == "corrected":
            target = draw(st.sampled_from(claims))
            record, about = target.record, target.id
        else:
            about = draw(st.sampled_from(_MAILS if kind == "captured" else others))
        claims.append(Claim(f"c{number}", hours[number], kind, record, about))
    return claims


def as_event(claim: Claim, kinds: Mapping[str, str]) -> dict[str, Any]:
    """The event as a sender posts it; `kinds` tell of what kind each event is."""
    moment = (_START + timedelta(hours=claim.at)).isoformat()
    given = {"id": claim.id, "subject": claim.record, "time": moment}
    match claim.kind:
        case "captured":
            personal = {} if claim.about is None else {"email": claim.about}
            return event("lead.captured", {"personal": personal} if personal else {}, **given)
        case "merged":
            return event("lead.merged", {"absorbed": [{"subject": claim.about}]}, **given)
        case "split":
            return event("lead.split", {"apart": [{"subject": claim.about}]}, **given)
        case _:
            # Of a correction any type of the same topic will do.
            kind = kinds[claim.about] if kinds[claim.about] != "corrected" else "captured"
            data = {"event": claim.about, "corrects": f"lead.{kind}", "declaration": "did_not_occur"}
            return event("event.corrected", data, **given)


def groups(claims: Iterable[Claim], recorded: Mapping[str, int]) -> set[frozenset[str]]:
    """Which records are one, reckoned step by step; `recorded` orders events by their receipt."""
    claims = list(claims)
    standing = [one for one in claims if one.id not in _void(claims, recorded)]
    seen = {one.record for one in claims}
    seen |= {one.about for one in claims if one.kind in ("merged", "split")}
    last_word: dict[frozenset[str], Claim] = {}
    last_mail: dict[str, Claim] = {}
    for one in sorted(standing, key=lambda claim: claim.at):
        if one.kind in ("merged", "split"):
            last_word[frozenset((one.record, one.about))] = one
        elif one.kind == "captured" and one.about is not None:
            last_mail[one.record] = one
    joined = {pair for pair, word in last_word.items() if word.kind == "merged"}
    apart = {pair for pair, word in last_word.items() if word.kind == "split"}
    for mail in ("ann@acme.com", "bob@acme.com"):
        sharing = [record for record, one in last_mail.items() if one.about == mail]
        if len(sharing) <= FAN_IN:
            joined |= {frozenset(pair) for pair in combinations(sharing, 2)} - apart
    return _components(seen, joined)


def _void(claims: list[Claim], recorded: Mapping[str, int]) -> set[str]:
    void: set[str] = set()
    corrections = [one for one in claims if one.kind == "corrected"]
    for one in sorted(corrections, key=lambda claim: recorded[claim.id], reverse=True):
        if one.id not in void:
            void.add(one.about)
    return void


def _components(records: set[str], joined: set[frozenset[str]]) -> set[frozenset[str]]:
    groups = {record: {record} for record in records}
    for one, other in (sorted(pair) for pair in joined):
        together = groups[one] | groups[other]
        for record in together:
            groups[record] = together
    return {frozenset(group) for group in groups.values()}
