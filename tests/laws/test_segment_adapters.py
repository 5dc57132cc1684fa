"""Law: whatever is posted as Segment's or PostHog's, each message gets exactly one result, the same again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.senders.segment.adapter import MessageAdapter
from leadtrace_ingest.senders.segment.message import TYPES
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest
from leadtrace_ingest.senders.web.visit import Visit
from tests.laws.adapter_laws import assert_each_exactly_one
from tests.unit.ingest.deliveries import delivery
from tests.unit.ingest.segment_messages import AT, api_adapter, raw, webhook_adapter

API, WEBHOOK = api_adapter(), webhook_adapter()
ADAPTERS = st.sampled_from([API, WEBHOOK])
ROUTES = st.sampled_from(["", "batch", "import", "capture", *TYPES])

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text(max_size=20)
)
NAMES = st.one_of(
    st.sampled_from(["email", "phone", "title", "company", "plan", "form", "campaign_name", "name", "\x00"]),
    st.sampled_from(["$set", "$current_url", "$groups", "$group_type", "$group_key", "distinct_id", "alias"]),
    st.text(max_size=5),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
IDS = st.one_of(st.sampled_from(["u1", "a1", "", 7]), st.text(max_size=4), VALUES)
URLS = st.one_of(
    st.sampled_from(
        ["https://acme.example/a?utm_source=google&gclid=1", "https://[", "https://www.google.com/", "//x"]
    ),
    st.text(max_size=30),
)
TIMES = st.one_of(
    st.just(AT),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-W01-1"]),
    SCALARS,
)
PLACES = st.dictionaries(st.sampled_from(["url", "search", "referrer", "path"]), URLS, max_size=4)
CONTEXTS = st.one_of(
    VALUES,
    st.fixed_dictionaries({}, optional={"page": PLACES, "campaign": VALUES, "traits": VALUES}),
)
OBJECTS = st.one_of(st.dictionaries(NAMES, VALUES, max_size=4), PLACES, VALUES)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "type": st.one_of(st.sampled_from([*TYPES, "delete", "x"]), SCALARS),
    "event": st.one_of(
        st.sampled_from(["Signed Up", "Video Played", "$identify", "$groupidentify", "$create_alias"]),
        st.text(max_size=300),
    ),
    "messageId": st.one_of(st.text(max_size=120), IDS),
    "uuid": IDS,
    "userId": IDS,
    "anonymousId": IDS,
    "previousId": IDS,
    "groupId": IDS,
    "distinct_id": IDS,
    "name": SCALARS,
    "traits": OBJECTS,
    "properties": OBJECTS,
    "context": CONTEXTS,
    "timestamp": TIMES,
    "originalTimestamp": TIMES,
    "sentAt": TIMES,
    "receivedAt": TIMES,
    "offset": SCALARS,
}
OWN_IDS = {"messageId", "uuid"}
ITEMS = st.one_of(st.fixed_dictionaries({}, optional=FIELDS), VALUES)


@given(adapter=ADAPTERS, route=ROUTES, body=st.binary(max_size=200))
def test_any_bytes(adapter: MessageAdapter, route: str, body: bytes) -> None:
    assert_each_exactly_one(adapter, delivery(adapter.redact(body), route))


@given(adapter=ADAPTERS, route=ROUTES, batch=st.lists(ITEMS, max_size=4), sent=TIMES, context=CONTEXTS)
def test_any_batch_of_json(
    adapter: MessageAdapter, route: str, batch: list[object], sent: object, context: object
) -> None:
    whole = {"batch": batch, "sentAt": sent, "context": context, "historical_migration": sent}
    for body in (whole, batch):
        assert len(assert_each_exactly_one(adapter, delivery(raw(body), route))) == len(batch)


@given(adapter=ADAPTERS, route=ROUTES, item=ITEMS)
def test_any_single_message(adapter: MessageAdapter, route: str, item: object) -> None:
    assert_each_exactly_one(adapter, delivery(raw(item), route))


@given(
    item=st.fixed_dictionaries({}, optional={name: FIELDS[name] for name in FIELDS if name not in OWN_IDS}),
    own_id=st.sampled_from([{}, {"messageId": "m1"}, {"uuid": "m1"}]),
    sent=st.tuples(TIMES, TIMES),
)
def test_sending_again_has_the_same_identity(
    item: dict[str, Any], own_id: dict[str, str], sent: tuple[object, object]
) -> None:
    first = item | own_id
    again = dict(reversed((first | {"sentAt": sent[1], "receivedAt": None}).items()))
    identities = [
        assert_each_exactly_one(API, delivery(raw({"batch": [one], "sentAt": at}), "batch"))[0].identity
        for one, at in zip((first, again), sent, strict=True)
    ]
    assert identities[0] == identities[1]


@given(body=st.one_of(st.binary(max_size=200), ITEMS.map(raw)), header=st.binary(max_size=50))
def test_whoever_lacks_key_and_signature_is_refused_and_nothing_else_is_raised(
    body: bytes, header: bytes
) -> None:
    for adapter in (API, WEBHOOK):
        headers = {b"authorization": header, b"x-signature": header}
        with pytest.raises(SignatureError):
            adapter.verify(SignedRequest(b"POST", b"", headers, body, 0, ""))


@given(url=URLS, referrer=URLS, search=st.text(max_size=30))
def test_any_visit_has_dimensions_that_are_names(url: str, referrer: str, search: str) -> None:
    found = API._rules.acquirer.dimensions(Visit(url, search, referrer))
    assert all(0 < len(text) <= 255 and "\x00" not in text for text in found.values())
