"""Channels of posted events: in lower case, so that spend, touches and leads of one channel meet."""

from typing import Any

import pytest

from tests.unit.ingest.deliveries import told
from tests.unit.ingest.event_items import event, mapped

DAY = {"from": "2026-03-01", "to": "2026-03-01"}
ROW = {**DAY, "amount": "1", "currency": "EUR"}
CASES: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    (
        event(data={"acquisition": {"channel": "Paid_Search ", "campaign": "Spring"}}),
        {"acquisition": {"channel": "paid_search", "campaign": "Spring"}},
    ),
    (
        event("touchpoint.recorded", {"channel": "PAID_SEARCH", "source": "Google"}),
        {"channel": "paid_search", "source": "Google"},
    ),
    (event("touchpoint.recorded", {"channel": " ", "source": "Google"}), {"source": "Google"}),
    (
        event(
            "spend.recorded",
            {"account": "ads", **DAY, "rows": [{**ROW, "channel": " Paid_Search"}, ROW]},
            subject="spend/ads",
        ),
        {"account": "ads", **DAY, "rows": [{**ROW, "channel": "paid_search"}, ROW]},
    ),
)


@pytest.mark.parametrize(("given", "data"), CASES)
def test_channels_are_in_lower_case(given: dict[str, Any], data: dict[str, Any]) -> None:
    ((_, _, made),) = told(mapped(given))
    assert made == data
