"""An export of HubSpot, taken at any moment, beside the webhooks of the whole history: no count moves."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.testing.hubspot_reference import events_of
from tests.laws.on_top import Facts, by_export, by_webhooks, counted, together
from tests.unit.ingest.hubspot_export import exports
from tests.unit.ingest.hubspot_items import shipped_adapter

_UNTIL = datetime(2026, 3, 2, 12, tzinfo=UTC)
_SOURCE = "hubspot/62515"
EVENTS = events_of(make_deliveries(_UNTIL, leads=60))


def exported(until_ms: int) -> Facts:
    """The facts of the records of an export taken at that moment."""
    contacts, deals = exports(EVENTS, until_ms)
    tables = {"hubspot-contacts": contacts, "hubspot-deals": deals}
    return by_export(_SOURCE, tables, _UNTIL + timedelta(days=1), "BRL")


WEBHOOKS = by_webhooks(shipped_adapter(), _SOURCE, [[event] for event in EVENTS])
ALONE = counted(WEBHOOKS)
_FIRST_MS, _LAST_MS = EVENTS[0]["occurredAt"], EVENTS[-1]["occurredAt"]


def test_the_whole_export_changes_nothing() -> None:
    assert counted(together(WEBHOOKS, exported(_LAST_MS))) == ALONE


@settings(max_examples=10)
@given(st.lists(st.integers(_FIRST_MS, _LAST_MS), min_size=1, max_size=2))
def test_exports_taken_in_between_change_nothing(moments: list[int]) -> None:
    assert counted(together(WEBHOOKS, *(exported(moment) for moment in moments))) == ALONE


def test_the_export_alone_knows_every_lead_deal_and_cent() -> None:
    alone = counted(exported(_LAST_MS))
    assert set(alone) == set(ALONE)
    for name, told in alone.items():
        if name.startswith("deal"):
            assert (told[0], told[3], told[4], told[5]) == (
                ALONE[name][0],
                ALONE[name][3],
                ALONE[name][4],
                ALONE[name][5],
            )
        else:
            assert (told[0], told[2], told[6]) == (ALONE[name][0], ALONE[name][2], ALONE[name][6])
            assert "unhydrated" not in told[-1]
