"""Law: whatever anybody posts as Mautic, each item gets exactly one result, and the adapter never raises."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.senders.mautic.map import DOCUMENTED
from tests.laws.exactly_one import assert_exactly_one
from tests.unit.ingest.deliveries import delivery
from tests.unit.ingest.mautic_items import AT, CONTACT, HIT, STAT, SUBMISSION, shipped_adapter

ADAPTER = shipped_adapter()

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20))
KEYS = st.sampled_from(
    ["id", "fields", "core", "email", "value", "channel", "url", "query", "utm_source", "\x00"]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
URLS = st.sampled_from(
    ["https://x/%00?utm_source=%00", "http://[", "/a?utm_medium=CPC&utm_medium=b", "?" * 400]
)


def bent(record: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A record as it should be, with some parts replaced, or something else."""
    names = st.sampled_from(sorted(record))
    return st.one_of(
        st.dictionaries(names, st.one_of(TREES, URLS), max_size=3).map(lambda other: record | other), TREES
    )


EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "contact": bent(CONTACT),
        "lead": bent(CONTACT),
        "hit": bent(HIT),
        "submission": bent(SUBMISSION),
        "stat": bent(STAT),
        "company": TREES,
        "email": TREES,
        "points": st.one_of(st.just({"new_points": 3}), TREES),
        "added": SCALARS,
        "channel": st.one_of(st.just("email"), SCALARS),
        "new_status": st.one_of(st.just("unsubscribed"), SCALARS),
        "id": SCALARS,
        "timestamp": st.one_of(st.just(AT), TREES),
    },
)
TRIGGERS = st.one_of(st.sampled_from(sorted(DOCUMENTED)), st.text(max_size=10))
BODIES = st.dictionaries(TRIGGERS, st.one_of(st.lists(EVENTS, max_size=3), EVENTS, TREES), max_size=3)


@given(body=st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    given = delivery(body)
    items = ADAPTER.split(given)
    assert len(items) == ADAPTER.count(given)
    for item in items:
        assert_exactly_one(ADAPTER.map_item(item, given), item.raw)


@given(body=st.one_of(BODIES, TREES))
def test_any_json(body: object) -> None:
    given = delivery(msgspec.json.encode(body))
    items = ADAPTER.split(given)
    assert len(items) == ADAPTER.count(given)
    for item in items:
        assert_exactly_one(ADAPTER.map_item(item, given), item.raw)


@given(trigger=st.sampled_from(sorted(DOCUMENTED)), one=EVENTS)
def test_a_retry_has_the_result_of_the_first_attempt(trigger: str, one: dict[str, Any]) -> None:
    given = delivery(msgspec.json.encode({trigger: [one, dict(reversed(one.items()))]}))
    first, second = (ADAPTER.map_item(item, given) for item in ADAPTER.split(given))
    assert first.identity == second.identity
    assert type(first) is type(second)
