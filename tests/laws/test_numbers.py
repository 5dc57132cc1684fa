"""Law: whatever number stands wherever in a body, each item has exactly one result and nothing raises."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.senders.sender import Adapter
from tests.laws.adapter_laws import assert_each_exactly_one
from tests.unit.ingest import (
    event_items,
    generic_items,
    hubspot_items,
    mautic_items,
    pipedrive_items,
    salesforce_items,
    segment_messages,
)
from tests.unit.ingest.deliveries import delivery

_AMOUNT = {"value": 12.5, "title": "Fridges", "status": "open"}
_ADAPTERS: dict[str, tuple[Adapter, Any, str]] = {
    "hubspot": (hubspot_items.shipped_adapter(), [hubspot_items.deal_property("amount", "12.5")], ""),
    "salesforce": (
        salesforce_items.shipped_adapter(),
        [salesforce_items.change("Opportunity", "UPDATE", {"Amount": 12.5})],
        "cdc",
    ),
    "pipedrive 1": (
        pipedrive_items.shipped_adapter(),
        pipedrive_items.first("updated", "deal", pipedrive_items.DEAL | _AMOUNT, {"id": 42}),
        "",
    ),
    "pipedrive 2": (pipedrive_items.shipped_adapter(), pipedrive_items.deal_change({"value": 12.5}, {}), ""),
    "mautic": (
        mautic_items.shipped_adapter(),
        {"mautic.lead_post_save_new": [mautic_items.event()]},
        "",
    ),
    "segment": (
        segment_messages.api_adapter(),
        {"batch": [segment_messages.message("identify", traits={"age": 12.5})], "sentAt": 1},
        "batch",
    ),
    "posthog": (
        segment_messages.api_adapter(),
        segment_messages.capture("bought", {"price": 12.5}, offset=100),
        "capture",
    ),
    "events": (event_items.events_adapter(), [event_items.event(data={"properties": {"age": 12.5}})], ""),
    "generic": (
        generic_items.adapter(),
        {"events": [generic_items.event("deal.edited", data={"id": 7, "money": {"amount": 12.5}})]},
        "",
    ),
}
_NUMBERS = st.sampled_from(
    [
        *("0", "-0", "0.1", "1e308", "1.7976931348623157e309", "-1e400", "1e-400", "1e400000", "-1E+400000"),
        *(
            "1e999999999",
            "-1e999999999",
            "1e999999999999999999999",
            "1e-999999999999999999999",
            "9" * 400,
            "0." + "9" * 400,
            "9" * 5_000,
        ),
    ]
)


@pytest.mark.parametrize("name", _ADAPTERS)
@given(number=_NUMBERS, data=st.data())
def test_a_number_costs_its_item_at_most(name: str, number: str, data: st.DataObject) -> None:
    adapter, body, route = _ADAPTERS[name]
    path = data.draw(st.sampled_from(list(_leaves(body))))
    marked = msgspec.json.encode(_replaced(body, path, "number here"))
    written = marked.replace(b'"number here"', number.encode())
    headers = {"content-type": "application/json"}
    once = assert_each_exactly_one(adapter, delivery(written, route, headers))
    again = assert_each_exactly_one(adapter, delivery(written, route, headers))
    assert [one.identity for one in once] == [one.identity for one in again]


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """The places of everything that is neither list nor object."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, dict | list):
        yield path
    for key, one in inner:
        yield from _leaves(one, (*path, key))


def _replaced(value: Any, path: tuple[Any, ...], leaf: Any) -> Any:
    if not path:
        return leaf
    first, *rest = path
    if isinstance(value, dict):
        return {**value, first: _replaced(value[first], tuple(rest), leaf)}
    return [_replaced(one, tuple(rest), leaf) if n == first else one for n, one in enumerate(value)]
