"""Law: whatever is posted for Salesforce, each item gets exactly one result, and the adapter never raises."""

from typing import Any
from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.senders.item import ItemResult, Mapped
from leadtrace_ingest.senders.salesforce.change_event import ChangeType
from leadtrace_ingest.senders.salesforce.envelope import organization_of
from tests.laws.exactly_one import assert_exactly_one
from tests.unit.ingest.deliveries import delivery
from tests.unit.ingest.salesforce_items import (
    ACCOUNT,
    CONTACT,
    DEAL,
    LEAD,
    change,
    cometd,
    notification,
    raw,
    shipped_adapter,
    soap,
)

ADAPTER = shipped_adapter()
OBJECTS = ["Lead", "Contact", "Account", "Opportunity", "Task", "Event", "CampaignMember"]
OBJECTS += ["OpportunityContactRole", "Own__c", ""]
FIELDS = [
    "Id",
    "Status",
    "StageName",
    "Amount",
    "CurrencyIsoCode",
    "Email",
    "LeadSource",
    "AccountId",
    "WhoId",
]
FIELDS += [
    "IsWon",
    "IsClosed",
    "IsConverted",
    "ConvertedContactId",
    "LastModifiedDate",
    "CreatedDate",
    "Name",
]
FIELDS += ["OpportunityId", "ContactId", "LeadId", "CampaignId", "HasResponded", "Type", "StartDateTime"]
IDS = [LEAD, CONTACT, ACCOUNT, DEAL, f"{LEAD}EAA", "000000000000000AAA", "00Q*", ""]
TEXTS = st.one_of(
    st.sampled_from(
        [*IDS, "New", "Closed Won", "1e9", "true", "false", "2026-01-02T00:00:00Z", "\x00", "x" * 300]
    ),
    st.text(max_size=20),
)
SCALARS = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["FirstName", "City", "string", "long", ""]), inner, max_size=2),
    ),
    max_leaves=4,
)
RECORDS = st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text(max_size=5)), VALUES, max_size=6)
NAMES = st.lists(
    st.one_of(st.sampled_from([*FIELDS, "Name.FirstName", "0x1F", "Address"]), st.text(max_size=5))
)
HEADS = st.fixed_dictionaries(
    {},
    optional={
        "recordIds": st.one_of(st.lists(st.one_of(st.sampled_from(IDS), SCALARS), max_size=3), SCALARS),
        "transactionKey": SCALARS,
        "sequenceNumber": SCALARS,
        "commitNumber": SCALARS,
        "commitTimestamp": st.one_of(st.integers(-(2**65), 2**65), SCALARS),
        "commitUser": SCALARS,
        "changedFields": st.one_of(NAMES, SCALARS),
        "nulledFields": st.one_of(NAMES, SCALARS),
        "diffFields": st.one_of(NAMES, SCALARS),
    },
)
KINDS = st.one_of(st.sampled_from([*ChangeType]), st.text(max_size=5))
CHANGES = st.builds(
    lambda entity, kind, values, head: change(entity, kind, values, **head),
    st.sampled_from(OBJECTS),
    KINDS,
    RECORDS,
    HEADS,
)
EVENTS = st.one_of(
    CHANGES,
    CHANGES.map(cometd),
    RECORDS.map(lambda payload: cometd(payload, "/event/Own__e", EventUuid="1")),
    CHANGES.map(lambda payload: {"event": {"replayId": 1}, "payload": payload}),
    VALUES,
)
# What XML can hold as text.
XML_TEXT = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=20
)
XML_RECORDS = st.dictionaries(
    st.sampled_from(FIELDS), st.one_of(st.none(), XML_TEXT, st.sampled_from([*IDS, "New", "1e9"])), max_size=6
)
NOTIFICATIONS = st.builds(
    lambda fields, kind, id_: notification(fields, kind=escape(kind), id_=id_),
    XML_RECORDS,
    st.sampled_from(OBJECTS),
    st.sampled_from(["04l000000000001", "04l000000000002AAA", "", "x"]),
)
MARKUP = ["<SessionId>", "</SessionId>", "<a>", "</a>", "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "&x;"]
MARKUP += ["<!DOCTYPE a>", "<Notification>", "</Notification>", "<notifications>", "<sObject>", "<Id>"]
PIECES = st.sampled_from([*MARKUP, '"', "'", "<", ">", "\x00", "ü"])


def results(body: bytes, route: str = "") -> list[ItemResult]:
    given = delivery(ADAPTER.redact(body), route)
    items = ADAPTER.split(given)
    assert len(items) == ADAPTER.count(given)
    found = [ADAPTER.map_item(item, given) for item in items]
    for result, item in zip(found, items, strict=True):
        assert_exactly_one(result, item.raw)
        if isinstance(result, Mapped):
            assert "\x00" not in result.correlation
            assert all("\x00" not in draft.external_id + draft.kind for draft in result.drafts)
    return found


@given(body=st.binary(max_size=200), route=st.sampled_from(["", "cdc"]))
def test_any_bytes(body: bytes, route: str) -> None:
    results(body, route)
    organization_of(body)


@given(batch=st.one_of(st.lists(EVENTS, max_size=3), EVENTS))
def test_any_events(batch: object) -> None:
    results(raw(batch), "cdc")


@given(batch=st.lists(NOTIFICATIONS, max_size=4))
def test_any_message(batch: list[str]) -> None:
    assert len(results(soap(*batch))) == len(batch)


@given(pieces=st.lists(st.one_of(PIECES, NOTIFICATIONS), max_size=12), cut=st.integers(0, 40))
def test_any_wreck_of_a_message(pieces: list[str], cut: int) -> None:
    body = soap(*pieces)
    body = body[: len(body) - cut]
    organization_of(body)
    results(body)


@given(pieces=st.lists(PIECES, max_size=12))
def test_nothing_of_a_session_is_left_and_blanking_twice_is_blanking_once(pieces: list[str]) -> None:
    inside = "".join(piece for piece in pieces if "SessionId" not in piece)
    left = ADAPTER.redact(soap(session=f"<SessionId>{inside}5e55i0n"))
    assert b"5e55i0n" not in left
    assert ADAPTER.redact(left) == left


@given(payload=CHANGES, replay_ids=st.tuples(st.integers(), st.integers()))
def test_a_change_delivered_again_is_the_same_item(
    payload: dict[str, Any], replay_ids: tuple[int, int]
) -> None:
    one, other = (
        results(
            raw(cometd(dict(reversed(payload.items())) if turned else payload, replayId=replay_id)), "cdc"
        )
        for turned, replay_id in enumerate(replay_ids)
    )
    for first, second in zip(one, other, strict=True):
        if isinstance(first, Mapped):
            assert first.identity == second.identity
            assert isinstance(second, Mapped)
            assert {draft.type for draft in first.drafts} == {draft.type for draft in second.drafts}
