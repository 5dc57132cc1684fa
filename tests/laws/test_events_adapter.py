"""Law: whatever is posted as an event, each item gets exactly one result, and the adapter never raises."""

import json
import re
from typing import Any
from urllib.parse import quote

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.events.catalogue import BY_TYPE, CATALOGUE
from leadtrace_ingest.identity.subject import Binding, Subject, entity_id
from leadtrace_ingest.relay.canonical import Unbound, completed
from leadtrace_ingest.senders.item import KEY_BYTES, Draft, Item, ItemResult, Mapped, Refused
from tests.unit.ingest.deliveries import delivery, results_of
from tests.unit.ingest.event_items import (
    BATCH,
    JSON,
    LINES,
    STRUCTURED,
    TIME,
    binary_headers,
    cloud_event,
    events_adapter,
)

ADAPTER = events_adapter()
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
TYPES = st.sampled_from([JSON, STRUCTURED, BATCH, LINES, "text/plain", ""])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
)
ANY = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
WORDS = st.one_of(
    st.sampled_from(["mql", "EUR", "1.5", "call", "test", "renewal", "contact/1", "2026-01-02", ""]),
    st.text(max_size=12),
)
REFS = st.fixed_dictionaries({"subject": WORDS}, optional={"source": st.sampled_from(["app", "hubspot/1"])})
VALUES = st.one_of(WORDS, REFS, st.lists(REFS, max_size=2), ANY)
NAMES = sorted({field.encode_name for row in CATALOGUE for field in msgspec.structs.fields(row.data)})
DATA = st.one_of(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5), ANY)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "specversion": st.one_of(st.just("1.0"), SCALARS),
    "id": st.one_of(st.text(min_size=1, max_size=5), SCALARS),
    "source": st.one_of(st.sampled_from(["app", "app/1", "hubspot"]), SCALARS),
    "type": st.one_of(st.sampled_from(sorted(BY_TYPE)), SCALARS),
    "subject": st.one_of(st.just("contact/1"), SCALARS),
    "time": st.one_of(st.just(TIME), st.datetimes().map(lambda one: f"{one.isoformat()}Z"), SCALARS),
    "data": DATA,
    "data_base64": SCALARS,
    "datacontenttype": st.one_of(st.just(JSON), SCALARS),
    "sequence": SCALARS,
    "correlationid": SCALARS,
    "traceparent": SCALARS,
    "other": ANY,
}
GOOD = {name: FIELDS[name] for name in ("specversion", "id", "source", "type", "subject", "data")}
MORE = {name: one for name, one in FIELDS.items() if name not in GOOD}
EVENTS = st.one_of(st.fixed_dictionaries({}, optional=FIELDS), st.fixed_dictionaries(GOOD), ANY)
HEADERS = st.dictionaries(
    st.one_of(
        st.sampled_from(
            ["ce-id", "ce-type", "ce-source", "ce-subject", "ce-specversion", "ce-time", "ce-data"]
        ),
        st.from_regex(r"ce-[a-z0-9]{1,5}", fullmatch=True),
        st.just("content-type"),
    ),
    st.one_of(
        st.sampled_from([*BY_TYPE, "1.0", "app", TIME, "contact/1", JSON, '"a\\', "%", "%C3%28"]),
        st.text(st.characters(max_codepoint=255), max_size=12),
    ),
)


def raw_of(value: object) -> bytes:
    return json.dumps(value).encode()  # keeps what no decoder takes: lone surrogates, numbers without end


def data_of(draft: Draft, source: str) -> bytes:
    if draft.data is not None:
        return draft.data
    subject = Subject(source, draft.kind, draft.external_id)
    refers = tuple(Subject(one.source or source, one.kind, one.external_id) for one in draft.refers)
    bindings = {one: Binding.to(entity_id(one, b"law"), 1) for one in refers}
    return completed(Unbound(None, 0, draft, source, subject, refers), bindings)  # type: ignore[arg-type]


def assert_exactly_one(result: ItemResult, item: Item) -> None:
    assert len(result.identity.key) == KEY_BYTES
    assert -(2**63) <= result.identity.comparable < 2**63
    match result:
        case Mapped():
            (draft,) = result.drafts
            data = data_of(draft, result.source)
            msgspec.json.decode(data, type=BY_TYPE[draft.type].data)
            assert not NUL.search(data)
            told = f"{result.source}{result.event_id}{draft.kind}{draft.external_id}{draft.sequence}"
            assert "\x00" not in told
            assert not result.source.startswith(("hubspot", "crm"))
        case Refused():
            assert result.raw == item.raw
            assert "\x00" not in result.detail + result.field + result.remedy
            assert result.detail
        case _:
            raise AssertionError(result)


def assert_law(body: bytes, headers: dict[str, str]) -> None:
    given = delivery(body, headers=headers)
    items = ADAPTER.split(given)
    assert ADAPTER.count(given) == len(items)
    for item in items:
        result = ADAPTER.map_item(item, given)
        assert_exactly_one(result, item)
        assert ADAPTER.map_item(item, given).identity == result.identity


@given(body=st.binary(max_size=200), content_type=TYPES)
def test_any_bytes(body: bytes, content_type: str) -> None:
    assert_law(body, {"content-type": content_type})


@given(value=st.one_of(EVENTS, st.lists(EVENTS, max_size=3)), content_type=TYPES)
def test_any_json(value: object, content_type: str) -> None:
    assert_law(raw_of(value), {"content-type": content_type})


@given(body=st.one_of(st.binary(max_size=30), DATA.map(raw_of)), headers=HEADERS)
def test_any_headers(body: bytes, headers: dict[str, str]) -> None:
    assert_law(body, headers)


@given(text=st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=80))
def test_a_header_is_decoded_exactly_once(text: str) -> None:
    """Whatever a sender encodes once comes out as it was, even if it looks encoded itself."""
    headers = binary_headers(cloud_event()) | {"ce-subject": quote(f"contact/{text}", safe="")}
    (result,) = results_of(ADAPTER, b"{}", headers=headers)
    assert isinstance(result, Mapped)
    assert result.drafts[0].external_id == text


@given(event=st.fixed_dictionaries(GOOD, optional=MORE), more=st.dictionaries(st.text(), ANY, max_size=2))
def test_a_retry_has_the_result_of_the_first_attempt(event: dict[str, Any], more: dict[str, Any]) -> None:
    (first,) = results_of(ADAPTER, raw_of(event), headers={"content-type": JSON})
    again = {**{f"x{name}": one for name, one in more.items()}, **dict(reversed(event.items()))}
    (second,) = results_of(ADAPTER, raw_of(again), headers={"content-type": JSON})
    assert type(first) is type(second)
    if isinstance(first, Mapped):
        assert first.identity == second.identity
