"""Law: whatever a sender posts, each item gets exactly one result, and the adapter never raises."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.senders.hubspot.map import DOCUMENTED
from leadtrace_ingest.senders.item import Refused
from tests.laws.exactly_one import assert_exactly_one
from tests.unit.ingest.deliveries import delivery, map_raw
from tests.unit.ingest.hubspot_items import AT_MS, PORTAL, raw, shipped_adapter

ADAPTER = shipped_adapter()

NAMES = ["lifecyclestage", "dealstage", "amount", "email", "jobtitle", "hs_analytics_source", "industry", ""]
VALUES = ["closedwon", "lead", "other", "12.5", "1e5", "a@b.de", "DIRECT_TRAFFIC", "", "\x00", "ü" * 300]
IDS = st.one_of(st.integers(0, 2**63 - 1), st.integers(-(2**70), 2**70), st.none(), st.text(max_size=3))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20))
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "eventId": IDS,
    "portalId": st.one_of(st.just(PORTAL), IDS),
    "occurredAt": st.one_of(st.just(AT_MS), st.integers(-(2**65), 2**65), SCALARS),
    "subscriptionType": st.one_of(st.sampled_from(sorted(DOCUMENTED)), st.text(max_size=300)),
    "eventType": st.sampled_from(sorted(DOCUMENTED)),
    "objectId": IDS,
    "propertyName": st.one_of(st.sampled_from(NAMES), st.text(max_size=300)),
    "propertyValue": st.one_of(st.sampled_from(VALUES), st.text(max_size=300), SCALARS),
    "changeSource": SCALARS,
    "sourceId": SCALARS,
    "associationType": st.sampled_from(["DEAL_TO_CONTACT", "CONTACT_TO_DEAL", "DEAL_TO_COMPANY", "", None]),
    "fromObjectId": IDS,
    "toObjectId": IDS,
    "associationRemoved": SCALARS,
    "isPrimaryAssociation": SCALARS,
    "mergedObjectIds": st.lists(IDS, max_size=3),
    "attemptNumber": SCALARS,
}
ITEMS = st.one_of(
    st.fixed_dictionaries({}, optional=FIELDS),
    st.fixed_dictionaries({name: FIELDS[name] for name in ("eventId", "portalId", "occurredAt", "objectId")}),
    SCALARS,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=5),
)
FILLED = st.fixed_dictionaries(
    {
        "eventId": st.integers(0, 2**63 - 1),
        "portalId": st.just(PORTAL),
        "occurredAt": st.just(AT_MS),
        "objectId": st.integers(0, 2**63 - 1),
    },
    optional={
        name: FIELDS[name] for name in ("propertyName", "propertyValue", "associationType", "sourceId")
    },
)


@given(body=st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    given = delivery(body)
    items = ADAPTER.split(given)
    assert len(items) == ADAPTER.count(given)
    for item in items:
        assert_exactly_one(ADAPTER.map_item(item, given), item.raw)


@given(batch=st.lists(ITEMS, max_size=4))
def test_any_batch_of_json(batch: list[object]) -> None:
    given = delivery(raw(batch))
    items = ADAPTER.split(given)
    assert len(items) == ADAPTER.count(given) == len(batch)
    for item in items:
        assert_exactly_one(ADAPTER.map_item(item, given), item.raw)


@given(kind=st.sampled_from(sorted(DOCUMENTED)), fields=FILLED, attempt=st.integers(0, 10))
def test_a_retry_has_the_result_of_the_first_attempt(kind: str, fields: dict[str, Any], attempt: int) -> None:
    first = fields | {"subscriptionType": kind, "attemptNumber": 0}
    again = dict(reversed((first | {"attemptNumber": attempt}).items()))
    results = [map_raw(ADAPTER, msgspec.json.encode(one)) for one in (first, again)]
    for result, one in zip(results, (first, again), strict=True):
        assert_exactly_one(result, msgspec.json.encode(one))
    if not isinstance(results[0], Refused):
        assert results[0] == results[1]
