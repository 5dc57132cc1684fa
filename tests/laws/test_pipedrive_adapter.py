"""Law: whatever anybody posts as Pipedrive, there is exactly one result, and the adapter never raises."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.laws.exactly_one import assert_exactly_one
from tests.unit.ingest.deliveries import delivery, map_raw
from tests.unit.ingest.pipedrive_items import AT, COMPANY, raw, shipped_adapter

ADAPTER = shipped_adapter()

IDS = st.one_of(st.integers(0, 2**63 - 1), st.integers(-(2**70), 2**70), st.none(), st.text(max_size=3))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20))
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["value", "id", "values", "type", "from", "until", "amount", "currency", "primary"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)
FIELDS = [
    "status",
    "stage_id",
    "value",
    "currency",
    "person_id",
    "org_id",
    "owner_id",
    "emails",
    "phones",
    "id",
]
MORE = [
    "add_time",
    "won_time",
    "custom_fields",
    "done",
    "type",
    "due_date",
    "due_time",
    "duration",
    "\x00",
    "lead_id",
]
KNOWN = st.sampled_from(
    ["open", "won", "lost", "deleted", AT, "10:00", "2026-01-02", "a@b.de", 3, "3", "1e400"]
)
RECORDS = st.one_of(
    st.dictionaries(st.sampled_from(FIELDS + MORE), st.one_of(KNOWN, TREES), max_size=8), st.none(), TREES
)
ACTIONS = st.sampled_from(["create", "change", "delete", "added", "updated", "deleted", "merged", "teleport"])
OBJECTS = st.sampled_from(["deal", "person", "lead", "activity", "organization", "user", "\x00"])
META: dict[str, st.SearchStrategy[Any]] = {
    "action": ACTIONS,
    "entity": OBJECTS,
    "object": OBJECTS,
    "company_id": st.one_of(st.just(COMPANY), IDS),
    "entity_id": IDS,
    "id": IDS,
    "user_id": IDS,
    "timestamp": st.one_of(st.just(AT), TREES),
    "timestamp_micro": st.one_of(st.just(1_767_323_045_678_000), TREES),
    "is_bulk_edit": SCALARS,
    "change_source": SCALARS,
    "correlation_id": TREES,
    "merged_from_id": IDS,
    "merged_to_id": IDS,
}
FULL = st.fixed_dictionaries(
    {
        "meta": st.fixed_dictionaries(
            {
                "action": ACTIONS,
                "company_id": st.just(COMPANY),
                "entity_id": st.just(42),
                "timestamp": st.just(AT),
            },
            optional={"entity": OBJECTS, "object": OBJECTS, "merged_from_id": IDS, "merged_to_id": IDS},
        )
    },
    optional={"data": RECORDS, "current": RECORDS, "previous": RECORDS},
)
ANY = st.fixed_dictionaries(
    {}, optional={"meta": st.fixed_dictionaries({}, optional=META), "data": RECORDS, "previous": RECORDS}
)


def assert_one_item(body: bytes) -> None:
    """A body is one item with exactly one result."""
    given = delivery(body)
    items = ADAPTER.split(given)
    assert len(items) == ADAPTER.count(given) == 1
    assert_exactly_one(ADAPTER.map_item(items[0], given), body)


@given(body=st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    assert_one_item(body)


@given(body=st.one_of(ANY, FULL, TREES))
def test_any_json(body: object) -> None:
    assert_one_item(raw(body))


@given(body=FULL, attempt=st.integers(1, 4), hook=st.integers(1, 99))
def test_a_retry_has_the_result_of_the_first_attempt(body: dict[str, Any], attempt: int, hook: int) -> None:
    meta = body["meta"] | {"attempt": attempt, "webhook_id": hook, "permitted_user_ids": [hook]}
    again = dict(reversed((body | {"meta": dict(reversed(meta.items())), "retry": attempt - 1}).items()))
    first, second = (map_raw(ADAPTER, raw(one)) for one in (body, again))
    assert first.identity == second.identity
    assert type(first) is type(second)
