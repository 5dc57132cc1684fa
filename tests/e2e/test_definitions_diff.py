"""`leadtrace definitions diff` at a running installation: its own leads, the real route, 80 columns."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.testing.hubspot_reference import events_of
from leadtrace.testing.installation import Installation
from tests.e2e.commands import leadtrace
from tests.second_version import second_version

pytestmark = pytest.mark.slow

_BODIES = make_deliveries(datetime(2026, 11, 1, tzinfo=UTC), leads=40)


async def test_it_tells_of_every_lead_who_moves_and_fits_a_terminal(
    shared: Installation, tmp_path: Path
) -> None:
    await shared.post(_BODIES)
    await shared.accounted(items=len(events_of(_BODIES)))
    path = tmp_path / "v2.yaml"
    path.write_text(second_version(), encoding="utf-8")
    told = await leadtrace(shared.environment(), "definitions", "diff", "1", str(path), "--json")
    assert (told.code, told.err) == (0, "")
    report = json.loads(told.out)
    funnel = (await shared.get("/v1/funnel"))["total"]
    assert report["leads"]["compared"] >= 40
    assert [money["amount"] for money in report["revenue"]] in ([funnel["revenue"]["amount"]], [])
    shown = await leadtrace(shared.environment(), "definitions", "diff", "1", str(path), "--sample", "1")
    assert (shown.code, shown.err) == (0, "")
    assert max(map(len, shown.out.splitlines())) <= 80 or str(path) in shown.out
    assert f"{report['leads']['compared']:,} leads compared" in shown.out
