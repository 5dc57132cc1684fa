"""Exports of Salesforce and Pipedrive, taken at any moment, beside the webhooks of a whole history."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from leadtrace_ingest.senders.sender import Adapter
from tests.laws.on_top import Facts, by_export, by_webhooks, counted, together
from tests.unit.ingest import pipedrive_history, pipedrive_items, salesforce_history, salesforce_items

_SOURCES = {"salesforce": "salesforce", "pipedrive": f"pipedrive/{pipedrive_items.COMPANY}"}
_ROUTES = {"salesforce": "cdc", "pipedrive": ""}
_ADAPTERS: dict[str, Adapter] = {
    "salesforce": salesforce_items.shipped_adapter(),
    "pipedrive": pipedrive_items.shipped_adapter(),
}


class Told(Protocol):
    """A history of one vendor."""

    def webhooks(self) -> list[Any]:
        """What its webhooks say."""

    def exports(self, until: datetime) -> dict[str, list[dict[str, str]]]:
        """What its exports say at a moment."""


_HISTORIES: dict[str, Callable[[int], Told]] = {
    "salesforce": salesforce_history.history,
    "pipedrive": pipedrive_history.history,
}
_START = salesforce_history.START
_END = _START + timedelta(days=30)
# A seed that fails cannot be made smaller.
WHOLE = (Phase.explicit, Phase.reuse, Phase.generate)
VENDORS = pytest.mark.parametrize("vendor", list(_SOURCES))


def told(vendor: str, history: Told) -> Facts:
    return by_webhooks(_ADAPTERS[vendor], _SOURCES[vendor], history.webhooks(), _ROUTES[vendor])


def exported(vendor: str, history: Told, *moments: datetime) -> list[Facts]:
    tables: Sequence[dict[str, list[dict[str, str]]]] = [history.exports(moment) for moment in moments]
    return [by_export(_SOURCES[vendor], each, _END) for each in tables]


@VENDORS
@settings(max_examples=20, phases=WHOLE)
@given(seed=st.integers(0, 2**32), minutes=st.lists(st.integers(0, 60 * 24 * 8), min_size=1, max_size=2))
def test_exports_before_in_between_and_after_change_nothing(
    vendor: str, seed: int, minutes: list[int]
) -> None:
    history = _HISTORIES[vendor](seed)
    webhooks = told(vendor, history)
    moments = [_START + timedelta(minutes=one) for one in minutes]
    alone = counted(webhooks)
    assert counted(together(webhooks, *exported(vendor, history, *moments, _END))) == alone
    assert counted(together(*exported(vendor, history, _END, *moments), webhooks)) == alone


@VENDORS
@settings(max_examples=30, phases=WHOLE)
@given(seed=st.integers(0, 2**32))
def test_an_export_alone_knows_every_lead_deal_and_cent(vendor: str, seed: int) -> None:
    history = _HISTORIES[vendor](seed)
    alone, by_all = counted(told(vendor, history)), counted(exported(vendor, history, _END)[0])
    assert set(by_all) == set(alone)
    for name, found in by_all.items():
        if name.startswith("deal"):
            assert (found[0], *found[3:6]) == (alone[name][0], *alone[name][3:6])
        assert "unhydrated" not in found[-1]
