"""An export of HubSpot, taken at any moment, beside the webhooks of the whole history: no count moves."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, render_deal
from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import render_lead
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.events.catalogue import BY_TYPE
from leadtrace.events.times import to_micros
from leadtrace.events.topics import Topic
from leadtrace.testing.attribution_facts import DEFINITION
from leadtrace.testing.hubspot_reference import events_of
from leadtrace_ingest.importing.checking import Checker
from leadtrace_ingest.importing.mapping_file import load_import_mapping, mapping_path
from leadtrace_ingest.importing.row import Row
from leadtrace_ingest.importing.shaping import shaped
from leadtrace_ingest.senders.imported.header import ImportFormat, ImportHeader, hash_of
from leadtrace_ingest.senders.item import Bound, Draft, Item, Mapped
from tests.unit.ingest.deliveries import delivery
from tests.unit.ingest.hubspot_export import Record, exports
from tests.unit.ingest.hubspot_items import shipped_adapter

_UNTIL = datetime(2026, 3, 2, 12, tzinfo=UTC)
_SOURCE = "hubspot/62515"
EVENTS = events_of(make_deliveries(_UNTIL, leads=60))
Facts = dict[tuple[str, str], list[Fact]]


def _fact(draft: Draft, result: Mapped, sequence_rank: int = 100) -> Fact:
    row = BY_TYPE[draft.type]
    if draft.data is None:
        assert draft.complete is not None
        bound = [Bound(result.source, f"{r.kind}/{r.external_id}", r.external_id, 1) for r in draft.refers]
        data = draft.complete(bound)
    else:
        data = msgspec.json.decode(draft.data, type=row.data)
    extract = extract_deal if draft.topic == Topic.DEAL_EVENTS else extract_lead
    return Fact(
        to_micros(draft.time),
        sequence_rank,
        draft.sequence,
        result.source,
        result.identity.key.hex() + draft.suffix,
        int(row.code),
        f"{draft.kind}/{draft.external_id}",
        False,  # noqa: FBT003
        extract(row.code, data),
    )


def _take(facts: Facts, result: object) -> None:
    assert isinstance(result, Mapped), result
    assert result.source == _SOURCE
    assert len({draft.suffix for draft in result.drafts}) == len(result.drafts)
    for draft in result.drafts:
        facts[draft.kind, draft.external_id].append(_fact(draft, result))


def by_webhooks() -> Facts:
    """The facts of every record as webhooks tell them."""
    facts: Facts = defaultdict(list)
    adapter = shipped_adapter()
    for event in EVENTS:
        raw = msgspec.json.encode(event)
        _take(facts, adapter.map_item(Item(raw), delivery(raw)))
    return facts


def by_export(until_ms: int) -> Facts:
    """The facts of the records of an export taken at that moment."""
    facts: Facts = defaultdict(list)
    contacts, deals = exports(EVENTS, until_ms)
    for name, records in (("hubspot-contacts", contacts), ("hubspot-deals", deals)):
        mapping = load_import_mapping(mapping_path(name), "BRL")
        header = ImportHeader(
            msgspec.Raw(mapping.content),
            mapping.hash,
            ImportFormat(file=hash_of(b"export.csv"), format="csv", first_row=1),
            "62515",
        )
        checker = Checker(mapping, "hubspot", header, _UNTIL + timedelta(days=1))
        for checked in checker.check(shaped(_rows(records), mapping.file)):
            assert checked.refusal is None, checked.refusal
            _take(facts, checked.result)
    return facts


def _rows(records: list[Record]) -> Iterable[Row]:
    return [Row(line, dict(record)) for line, record in enumerate(records, start=2)]


def counted(facts: Facts) -> dict[str, Any]:
    """What is counted of every lead and deal."""
    views: dict[str, list[DealView]] = defaultdict(list)
    counts: dict[str, Any] = {}
    for (kind, id_), told in facts.items():
        if kind == "deal":
            state, _ = refold(DealFold(), told)
            deal = render_deal(state, deal_id=id_, definition=DEFINITION)
            counts[f"deal {id_}"] = (
                deal.status,
                deal.created_at,
                deal.closed_at,
                deal.amount,
                deal.currency,
                deal.leads,
                deal.flags,
            )
            for lead_id, view in deal_views(deal).items():
                views[lead_id].append(view)
    for (kind, id_), told in facts.items():
        if kind == "contact":
            state_, _ = refold(LeadFold(), told)
            lead = render_lead(
                state_, lead_id=id_, deals=views[id_], qualification=None, definition=DEFINITION
            )
            counts[f"lead {id_}"] = (
                lead.status,
                lead.captured_at,
                lead.acquisition,
                lead.touches,
                lead.entries,
                lead.first_reached,
                lead.stage,
                [(deal.share, deal.status) for deal in lead.deals],
                lead.won_at,
                lead.lost_at,
                lead.flags,
            )
    return counts


WEBHOOKS = by_webhooks()
ALONE = counted(WEBHOOKS)
_FIRST_MS, _LAST_MS = EVENTS[0]["occurredAt"], EVENTS[-1]["occurredAt"]


def both(*more: Facts) -> Facts:
    """The facts of several tellings."""
    facts: Facts = defaultdict(list)
    for told in (WEBHOOKS, *more):
        for subject, found in told.items():
            facts[subject] += found
    return facts


def test_the_whole_export_changes_nothing() -> None:
    assert counted(both(by_export(_LAST_MS))) == ALONE


@settings(max_examples=10)
@given(st.lists(st.integers(_FIRST_MS, _LAST_MS), min_size=1, max_size=2))
def test_exports_taken_in_between_change_nothing(moments: list[int]) -> None:
    assert counted(both(*(by_export(moment) for moment in moments))) == ALONE


def test_the_export_alone_knows_every_lead_deal_and_cent() -> None:
    alone = counted(by_export(_LAST_MS))
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
