"""Spend reports of ad platforms: rows of one account and day are one posting."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.ingest.import_files import checked, events

GOOGLE = (
    'Campaign report\n"January 1, 2026 - January 2, 2026"\n'
    "Day,Campaign,Customer ID,Currency code,Cost\n"
    '2026-01-01,Brand,123-456,EUR,"1,000.50"\n'
    "2026-01-02,Brand,123-456,EUR,2.00\n"
    "2026-01-01,Generic,123-456,EUR,3.25\n"
    'Total: Account,--,--,EUR,"1,005.75"\n'
)
META = (
    "Campaign name,Ad name,Amount spent (EUR),Reporting starts,Reporting ends,Day\n"
    "Spring,Red,12.5,2026-01-01,2026-01-31,2026-01-01\nSpring,Blue,,2026-01-01,2026-01-31,2026-01-01\n"
)
LINKEDIN = (
    "Campaign Performance Report (in UTC)\nReport Start: January 1, 2026\n\n"
    "Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Name\tTotal Spent\n"
    "1/15/2026\tAcme\tUSD\tLaunch\t10.00\n"
)
MICROSOFT = (
    '"Report Name: Campaigns"\n"Report Time: 1/1/2026-1/2/2026"\n\n'
    '"Gregorian date","Account number","Campaign name","Currency code","Spend"\n'
    '"2026-01-01","F1","Brand","USD","7.10"\n"©2026 Microsoft Corporation. All rights reserved."\n'
)


@pytest.mark.parametrize(
    ("name", "content", "encoding", "scopes"),
    [
        (
            "spend-google-ads",
            GOOGLE,
            "utf-8",
            [
                ("spend/123-456", "2026-01-01", [("Brand", "1000.50", "EUR"), ("Generic", "3.25", "EUR")]),
                ("spend/123-456", "2026-01-02", [("Brand", "2.00", "EUR")]),
            ],
        ),
        (
            "spend-meta-ads",
            META,
            "utf-8",
            [("spend/meta-ads", "2026-01-01", [("Spring", "12.5", "EUR")])],
        ),
        (
            "spend-linkedin-ads",
            LINKEDIN,
            "utf-16",
            [("spend/Acme", "2026-01-15", [("Launch", "10.00", "USD")])],
        ),
        (
            "spend-microsoft-ads",
            MICROSOFT,
            "utf-8-sig",
            [("spend/F1", "2026-01-01", [("Brand", "7.10", "USD")])],
        ),
    ],
)
def test_spend_is_one_posting_for_an_account_and_a_day(
    tmp_path: Path, name: str, content: str, encoding: str, scopes: list[Any]
) -> None:
    found = []
    for one in checked(tmp_path, name, content, encoding):
        ((kind, subject, _, data),) = events(one)
        assert kind == "spend.recorded"
        assert data["from"] == data["to"]
        rows = sorted((row["campaign"], row["amount"], row["currency"]) for row in data["rows"])
        found.append((subject, data["from"], rows))
    assert found == scopes
