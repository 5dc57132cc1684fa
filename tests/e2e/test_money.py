"""Refunds and another currency at a running installation: posted like any event, counted by the rates."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadtrace.testing.installation import Installation, running

pytestmark = pytest.mark.slow

KEY = "not-a-real-key-of-the-billing-system"
LINK = {"lead": {"subject": "contact/1"}}
TOLD: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("lead.captured", "contact/1", "2026-02-01", {"acquisition": {"channel": "email"}}),
    ("deal.created", "deal/1", "2026-03-02", {}),
    ("deal.updated", "deal/1", "2026-03-02", {"amount": "1000.00", "currency": "USD"}),
    ("deal.linked", "deal/1", "2026-03-02", LINK),
    ("deal.won", "deal/1", "2026-03-29", {"claimed": "won"}),  # a Sunday
    ("deal.refunded", "deal/1", "2026-04-10", {"amount": "250.00"}),
    (
        "revenue.recorded",
        "deal/1",
        "2026-05-01",
        {"kind": "renewal", "amount": "100.00", "currency": "USD"},
    ),
    ("deal.created", "deal/2", "2026-03-02", {}),
    ("deal.updated", "deal/2", "2026-03-02", {"amount": "700", "currency": "JPY"}),
    ("deal.linked", "deal/2", "2026-03-02", LINK),
    ("deal.won", "deal/2", "2026-03-29", {"claimed": "won"}),
)


@pytest.fixture
async def installation(data_folder: Path, tmp_path: Path) -> AsyncIterator[Installation]:
    """One whose rates know the dollar and not the yen."""
    rates = tmp_path / "rates.csv"
    rates.write_text("# source: a test\ndate,currency,rate\n2026-03-27,USD,1.25\n2026-03-31,USD,1.5\n")
    more = {
        "LEADTRACE_REPORTING__RATES": str(rates),
        "LEADTRACE_SENDERS__BILLING__KIND": "events",
        "LEADTRACE_SENDERS__BILLING__SECRETS": f'["{KEY}"]',
    }
    async with running(data_folder, **more) as made:
        yield made


async def test_refunds_and_renewals_count_on_their_day_at_the_rate_of_the_close(
    installation: Installation,
) -> None:
    events = [
        {"id": f"e{number}", "type": f"io.leadtrace.{name}.v1", "subject": subject, "data": data}
        | {"time": f"{day}T12:00:00Z"}
        for number, (name, subject, day, data) in enumerate(TOLD)
    ]
    url = f"http://127.0.0.1:{installation.ports['ingest']}/v1/events"
    async with httpx.AsyncClient(timeout=10.0, headers={"Authorization": f"Bearer {KEY}"}) as client:
        answer = await client.post(url, json=events)
    assert answer.status_code == 202, answer.text
    report = await installation.accounted(items=len(events))
    assert {row["currency"]: row["won"]["amount"] for row in report["money"]} == {
        "EUR": "680.00",
        "JPY": "700",
    }
    total = (await installation.get("/v1/funnel"))["total"]
    assert total["revenue"] == {"amount": "680.00", "currency": "EUR"}
    assert total["unconverted"] == [{"amount": "700", "currency": "JPY"}]
    assert total["recurring_revenue"]["amount"] == "80.00"
    assert total["average_sale"]["amount"] == "600.00"
    assert total["revenue_per_customer"]["amount"] == "680.00"
    months = {"03": "800.00", "04": "-200.00", "05": "80.00"}
    for month, revenue in months.items():
        asked = {"from": f"2026-{month}-01", "to": f"2026-{month}-30", "basis": "activity"}
        assert (await installation.get("/v1/funnel", **asked))["total"]["revenue"]["amount"] == revenue
    (row,) = (await installation.get("/v1/leads"))["leads"]
    lead = await installation.get(row["href"])
    flags = {deal["amount"]["currency"]: deal["flags"] for deal in lead["deals"]}
    assert flags == {"USD": [], "JPY": ["no_rate"]}
    assert [one["amount"] for one in lead["revenue"]] == ["680.00", "700"]
