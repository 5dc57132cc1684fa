"""Postings of spend, JSON and CSV: what they become, and what is said of one that is wrong."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import ItemResult, Mapped, Refused
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest
from leadtrace_ingest.senders.spend.map import SpendAdapter
from tests.unit.ingest.deliveries import results_of, told

ADAPTER = SpendAdapter("ads", [b"key one", b"key two"])
ROW = {"date": "2026-03-01", "channel": "paid_search", "amount": "12.50", "currency": "EUR"}
POSTING: dict[str, Any] = {"account": "google", "from": "2026-03-01", "to": "2026-03-07", "rows": [ROW]}
CSV = {
    "content-type": "text/csv; charset=utf-8",
    ":query": '{"account":"google","from":"2026-03-01","to":"2026-03-07"}',
}


def posted(value: object) -> ItemResult:
    (result,) = results_of(ADAPTER, msgspec.json.encode(value), route="spend")
    return result


def table(text: str, **headers: str) -> ItemResult:
    (result,) = results_of(ADAPTER, text.encode(), route="spend", headers=CSV | headers)
    return result


def test_a_posting_is_one_event_of_its_account() -> None:
    kinds = [ROW, ROW | {"kind": "sales", "campaign": "spring", "amount": 0.1, "currency": "usd"}]
    ranged = {"from": "2026-03-02", "to": "2026-03-07", "amount": "-3", "currency": "EUR"}
    ((name, subject, data),) = told(posted(POSTING | {"rows": [*kinds, ranged]}))
    assert (name, subject) == ("spend.recorded", "spend/google")
    day = {"from": "2026-03-01", "to": "2026-03-01", "channel": "paid_search"}
    assert data == {
        "account": "google",
        "from": "2026-03-01",
        "to": "2026-03-07",
        "rows": [
            day | {"amount": "12.50", "currency": "EUR"},
            day | {"amount": "0.1", "currency": "USD", "campaign": "spring", "kind": "sales"},
            ranged,
        ],
    }


def test_several_postings_are_several_items() -> None:
    body = msgspec.json.encode([POSTING, POSTING | {"account": "meta"}, 5])
    results = results_of(ADAPTER, body, route="spend")
    assert [type(one) for one in results] == [Mapped, Mapped, Refused]


def test_a_table_says_the_same_as_rows() -> None:
    text = "\ufeffdate,channel,amount,currency\r\n2026-03-01,paid_search,12.50,EUR\r\n\r\n"
    assert told(table(text)) == told(posted(POSTING))


def test_nothing_spent_is_a_posting_too() -> None:
    assert told(posted(POSTING | {"rows": []}))[0][2]["rows"] == []


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no account": ({"account": ""}, "account: "),
    "no days": ({"from": None}, "from: "),
    "turned around": ({"to": "2026-02-28"}, "to: must not lie before"),
    "no rows": ({"rows": {}}, "rows: "),
    "unknown field": ({"note": "x"}, "'note': no such field"),
    "row is no object": ({"rows": [7]}, "rows[0]: must be an object"),
    "row of another scope": ({"rows": [ROW, ROW | {"date": "2026-03-08"}]}, "rows[1].from: the row reaches"),
    "row of unknown field": ({"rows": [ROW | {"chanel": "x"}]}, "rows[0].'chanel': no such field"),
    "day and range": ({"rows": [ROW | {"to": "2026-03-02"}]}, "rows[0].date: "),
    "no such day": ({"rows": [ROW | {"date": "2026-02-30"}]}, "rows[0].date: a day"),
    "no amount": ({"rows": [ROW | {"amount": None}]}, "rows[0].amount: required"),
    "amount in words": ({"rows": [ROW | {"amount": "1,5"}]}, "rows[0].amount: "),
    "no currency": ({"rows": [ROW | {"currency": ""}]}, "rows[0].currency: required"),
    "no such currency": ({"rows": [ROW | {"currency": "Euro"}]}, "rows[0].currency: "),
    "no such kind": ({"rows": [ROW | {"kind": "lunch"}]}, "rows[0].kind: must be one of media, sales"),
}


@pytest.mark.parametrize(("change", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_by_field(change: dict[str, Any], said: str) -> None:
    result = posted(POSTING | change)
    assert isinstance(result, Refused)
    assert result.reason is Reason.INVALID_ITEM
    assert said in result.detail


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        ("date,amount,price\n", Reason.INVALID_ITEM, "line 1: unknown column"),
        ("date,currency\n", Reason.INVALID_ITEM, "line 1: each column once, `amount`"),
        ("date,amount,currency\n2026-03-01,5\n", Reason.BROKEN_ROW, "line 2: 2 cells"),
        ('date,amount,currency\n2026-03-01,"5,EUR\n', Reason.BROKEN_ROW, "line 2: "),
        ("date,amount,currency\n2026-03-09,5,EUR\n", Reason.INVALID_ITEM, "rows[0].from: "),
    ],
)
def test_a_broken_table_is_refused_by_line(text: str, reason: Reason, said: str) -> None:
    result = table(text)
    assert isinstance(result, Refused)
    assert (result.reason, said in result.detail) == (reason, True), result.detail


def test_a_query_keeps_no_nul() -> None:
    request = SignedRequest(b"POST", b"https://x/v1/spend?account=a%00b", {}, b"", 0)
    assert "\\u0000" not in str(ADAPTER.facts(request))


@pytest.mark.parametrize(("key", "good"), [("key one", True), ("key two", True), ("key", False), ("", False)])
def test_a_posting_bears_a_live_key(key: str, good: bool) -> None:
    request = SignedRequest(
        b"POST", b"https://x/v1/spend?account=a&other=b", {b"authorization": f"Bearer {key}".encode()}, b"", 0
    )
    if good:
        ADAPTER.verify(request)
        assert ADAPTER.facts(request) == {":query": '{"account":"a"}'}
    else:
        with pytest.raises(SignatureError):
            ADAPTER.verify(request)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=9))
VALUES = st.one_of(SCALARS, st.dates().map(str), st.sampled_from(["EUR", "12.5", "media", "2026-03-01"]))
ROWS = st.dictionaries(st.sampled_from([*ROW, "from", "to", "kind", "x"]), VALUES)
POSTINGS = st.one_of(
    SCALARS,
    st.dictionaries(
        st.sampled_from(["account", "from", "to", "rows", "x"]), st.one_of(VALUES, st.lists(ROWS))
    ),
    ROWS.map(lambda row: POSTING | {"rows": [ROW | row]}),
)


@given(value=st.one_of(POSTINGS, st.lists(POSTINGS, max_size=3)))
def test_law_every_posting_has_exactly_one_result(value: object) -> None:
    body = msgspec.json.encode(value)
    assert results_of(ADAPTER, body, route="spend") == results_of(ADAPTER, body, route="spend")


@given(body=st.binary(max_size=100), csv=st.booleans())
def test_law_any_bytes_have_exactly_one_result(body: bytes, csv: bool) -> None:
    for result in results_of(ADAPTER, body, route="spend", headers=CSV if csv else {}):
        assert isinstance(result, Mapped | Refused)
