"""Law: whatever JSON comes, a generic mapping gives exactly one result, the same for every delivery of it."""

from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from leadtrace.events.catalogue import BY_TYPE
from leadtrace_ingest.senders.generic.mapping import MAX_DRAFTS, map_value
from leadtrace_ingest.senders.item import KEY_BYTES, Ignored, ItemResult, Mapped, Refused
from tests.unit.ingest.deliveries import RECEIVED_AT, data_of, delivery
from tests.unit.ingest.generic_items import ACME, AT, adapter, mapping

EVERYTHING = """
name: everything
version: 1
items: events
shared: {tenant: tenant}
source: tenant
id: id
delivery: [attempt, meta.attempt]
time: {from: at, zone: Europe/Berlin, format: [auto, "%d.%m.%Y"]}
sequence: serial
actor: by
ignore: ping
rules:
  - record: {object: {from: object, default: person}, id: id, tells: {from: tells, default: state},
      fields: fields, created: made, absorbed: others}
  - when: contains(keys(@), 'stage')
    stage: {object: {from: object, default: deal}, id: id, stage: {from: stage}}
  - when: length(url) > `3`
    touchpoint: {object: person, id: id, channel: channel, page: url}
  - when: kind
    activity: {object: person, id: id, kind: {from: kind}, direction: {from: direction}, automatic: robot}
  - when: others
    link: {deal: id, lead: others, role: {text: "{by}-{kind}"}, removed: gone}
  - when: cost
    time: at
    spend: {account: id, from: at, to: made, rows: "[@]",
      row: {amount: cost, currency: currency, campaign: by}}
objects:
  person: {is: lead, fields: {email: {means: personal, as: email, derive: company_domain},
    stage: {means: stage}, owner: {means: owner}, firm: {means: link, to: firm},
    src: {means: acquisition, as: channel}}}
  deal: {is: deal, fields: {stage: {means: stage}, amount: {means: amount}, currency: {means: currency}}}
  firm: {is: account, fields: {name: {means: property, as: name}}}
lifecycle_stages: [{id: hot, is: mql}]
deal_stages: [{id: hot, is: won}]
"""
MAPPING = mapping(EVERYTHING)
ADAPTERS = (adapter(ACME), adapter(EVERYTHING))

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["hot", "\x00", "a@b.de", "12.5", "EUR", "call", "x" * 300]),
)
ANY = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
TIMES = st.one_of(st.sampled_from([AT, "2026-01-02", "02.01.2026", 1767323045678, ""]), SCALARS)
IDS = st.one_of(st.integers(0, 99), st.lists(st.integers(0, 9), max_size=3), ANY)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "object": st.one_of(st.sampled_from(["person", "deal", "firm"]), SCALARS),
    "id": IDS,
    "tells": st.one_of(
        st.sampled_from(
            ["created", "changed", "deleted", "restored", "erased", "merged", "state", "nothing"]
        ),
        SCALARS,
    ),
    "fields": st.one_of(
        st.dictionaries(
            st.sampled_from(["email", "stage", "owner", "firm", "amount", "currency", "name", "src", "new"]),
            ANY,
        ),
        ANY,
    ),
    "at": TIMES,
    "made": TIMES,
    "others": IDS,
    "stage": st.one_of(st.just("hot"), ANY),
    "url": ANY,
    "channel": ANY,
    "kind": st.one_of(st.sampled_from(["call", "email"]), ANY),
    "direction": st.one_of(st.just("inbound"), SCALARS),
    "robot": ANY,
    "by": SCALARS,
    "gone": ANY,
    "cost": st.one_of(st.sampled_from(["12.50", 3]), ANY),
    "currency": st.one_of(st.just("EUR"), ANY),
    "serial": ANY,
    "tenant": st.one_of(st.just("t1"), ANY),
    "ping": st.one_of(st.just(value=False), ANY),
}
FILLED: dict[str, st.SearchStrategy[Any]] = {"id": st.integers(0, 99), "tenant": st.just("t1")}
ITEMS = st.fixed_dictionaries(
    FILLED, optional={name: one for name, one in FIELDS.items() if name not in FILLED}
)
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "object": st.sampled_from(["person", "deal", "firm"]),
    "tells": st.sampled_from(["created", "changed", "deleted", "restored", "merged", "state"]),
    "fields": st.dictionaries(st.sampled_from(["email", "owner", "firm", "name", "src", "new"]), SCALARS),
    "at": st.sampled_from([AT, "2026-01-02", "02.01.2026", 1767323045678]),
    "made": st.sampled_from([AT, "2026-01-02"]),
    "others": st.one_of(st.integers(1, 9), st.lists(st.integers(1, 9), min_size=1, max_size=3)),
    "stage": st.just("hot"),
    "url": st.text(min_size=4),
    "channel": st.text(max_size=20),
    "kind": st.sampled_from(["call", "email"]),
    "direction": st.just("inbound"),
    "by": st.text(max_size=20),
    "cost": st.sampled_from(["12.50", 3]),
    "serial": st.integers(0, 99),
}
ALMOST = st.builds(
    lambda good, name, bad: good | {name: bad},
    st.fixed_dictionaries(
        FILLED | {"url": GOOD["url"]}, optional={k: v for k, v in GOOD.items() if k != "url"}
    ),
    st.sampled_from(["spare", "fields", "by", "channel", "others", "id", "at"]),
    ANY,
)
VALUES = st.one_of(ANY, ITEMS, ALMOST, st.fixed_dictionaries({}, optional=FIELDS))


def assert_exactly_one(result: ItemResult, raw: bytes) -> None:
    assert len(result.identity.key) == KEY_BYTES
    assert -(2**63) <= result.identity.comparable < 2**63
    match result:
        case Mapped():
            assert 0 < len(result.drafts) <= MAX_DRAFTS
            assert len({draft.suffix for draft in result.drafts}) == len(result.drafts)
            for draft in result.drafts:
                assert b"\\u0000" not in (draft.data or b"")
                assert 2000 <= draft.time.year <= 9999
                assert 0 < len(draft.external_id) <= 255
                msgspec.convert(data_of(draft, result.source), dict)
                if draft.data is not None:
                    msgspec.json.decode(draft.data, type=BY_TYPE[draft.type].data)
        case Ignored():
            assert result.reason.sentence
        case Refused():
            assert result.raw == raw
            assert "\x00" not in result.detail


@given(value=VALUES)
@example(value={"id": 1, "tenant": "t1", "made": "02.01.2026", "fields": {"new": "x", "stage": "hot"}})
def test_any_value_has_exactly_one_result_and_the_same_again(value: Any) -> None:
    raw = msgspec.json.encode(value)
    value = msgspec.json.decode(raw)
    first, again = (
        map_value(MAPPING, one, sender="acme", received_at=RECEIVED_AT, raw=raw)
        for one in (value, dict(reversed(value.items())) if isinstance(value, dict) else value)
    )
    assert_exactly_one(first, raw)
    assert first.identity == again.identity


@given(value=ITEMS, attempt=SCALARS)
def test_how_an_item_was_delivered_is_no_part_of_it(value: dict[str, Any], attempt: Any) -> None:
    results = [
        map_value(MAPPING, value | delivered, sender="acme", received_at=RECEIVED_AT, raw=b"{}")
        for delivered in (
            {"attempt": 1, "meta": {"attempt": 0}},
            {"meta": {"attempt": 1}, "attempt": attempt},
        )
    ]
    assert results[0].identity == results[1].identity


@given(body=st.one_of(st.binary(max_size=200), st.lists(VALUES, max_size=3).map(msgspec.json.encode)))
def test_any_body(body: bytes) -> None:
    given = delivery(body)
    for one in ADAPTERS:
        items = one.split(given)
        assert len(items) == one.count(given)
        for item in items:
            assert_exactly_one(one.map_item(item, given), item.raw)


@given(items=st.lists(VALUES, max_size=3), tenant=ANY)
def test_any_list_in_a_body(items: list[Any], tenant: Any) -> None:
    given = delivery(msgspec.json.encode({"events": items, "tenant": tenant}))
    found = ADAPTERS[1].split(given)
    assert len(found) == ADAPTERS[1].count(given) == len(items)
    for item in found:
        assert_exactly_one(ADAPTERS[1].map_item(item, given), item.raw)
