"""Spend by a generic mapping: one posting, which declares the scope that it replaces."""

from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Refused
from tests.unit.ingest.generic_items import result_of, told

POSTING = """
name: ads
version: 1
time: {zone: Europe/Berlin}
rules:
  - spend:
      account: account
      from: from
      to: to
      rows: rows
      row:
        amount: cost
        currency: currency
        from: day
        channel: {text: Google Ads}
        campaign: campaign
        kind: {from: kind}
channels: {Google Ads: paid_search}
"""
ROW = """
name: costs
version: 1
rules: [{spend: {account: {text: fairs}, from: day, row: {amount: cost, channel: {text: fair}, kind: sales}}}]
"""
WEEK = {"account": "4711", "from": "2026-03-01", "to": "2026-03-07"}


def test_a_posting_with_rows() -> None:
    rows = [
        {"cost": 812.4, "campaign": "spring", "day": "2026-03-02", "currency": "usd"},
        {"cost": "90", "kind": "Sales"},
    ]
    scope = {"from": "2026-03-01", "to": "2026-03-07"}
    (posted,) = told(WEEK | {"rows": rows}, POSTING)
    assert posted == (
        "spend.recorded",
        "spend/4711",
        {
            "account": "4711",
            **scope,
            "rows": [
                {
                    "from": "2026-03-02",
                    "to": "2026-03-02",
                    "amount": "812.4",
                    "currency": "USD",
                    "channel": "paid_search",
                    "campaign": "spring",
                },
                {**scope, "amount": "90", "currency": "EUR", "channel": "paid_search", "kind": "sales"},
            ],
        },
    )


def test_an_item_that_is_its_one_row() -> None:
    day = {"from": "2026-03-01", "to": "2026-03-01"}
    row = {**day, "amount": "5.0", "currency": "EUR", "channel": "fair", "kind": "sales"}
    posted = ("spend.recorded", "spend/fairs", {"account": "fairs", **day, "rows": [row]})
    assert told({"day": "2026-03-01", "cost": "5.0e0"}, ROW) == [posted]


def test_an_empty_posting_says_that_nothing_was_spent() -> None:
    assert told(WEEK | {"rows": []}, POSTING)[0][2]["rows"] == []


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, Reason.MAPPING_FAILED),
        ({"rows": {"a": 1}}, Reason.MAPPING_FAILED),
        ({"rows": [{}]}, Reason.MAPPING_FAILED),
        ({"rows": [{"cost": "much"}]}, Reason.INVALID_ITEM),
        ({"rows": [{"cost": 1, "day": "2026-03-08"}]}, Reason.INVALID_ITEM),
        ({"rows": [{"cost": 1, "kind": "gifts"}]}, Reason.MAPPING_FAILED),
        ({"rows": [{"cost": 1, "currency": "euros"}]}, Reason.INVALID_ITEM),
        ({"rows": [], "from": None}, Reason.MAPPING_FAILED),
        ({"rows": [], "to": "2026-02-01"}, Reason.INVALID_ITEM),
        ({"rows": [], "account": ""}, Reason.MAPPING_FAILED),
    ],
)
def test_what_is_no_posting(more: dict[str, Any], reason: Reason) -> None:
    result = result_of(WEEK | more, POSTING)
    assert isinstance(result, Refused)
    assert result.reason is reason
