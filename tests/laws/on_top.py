"""What is counted of leads and deals, however they were told of: by webhooks, by exports, or by both."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

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
from leadtrace_ingest.importing.checking import Checker
from leadtrace_ingest.importing.mapping_file import load_import_mapping, mapping_path
from leadtrace_ingest.importing.row import Row
from leadtrace_ingest.importing.shaping import shaped
from leadtrace_ingest.senders.imported.header import ImportFormat, ImportHeader, hash_of
from leadtrace_ingest.senders.item import Bound, Draft, Ignored, ItemResult, Mapped
from leadtrace_ingest.senders.sender import Adapter
from tests.unit.ingest.deliveries import results_of

DEAL, LEAD = "deal", "lead"
_ENTITIES = {Topic.DEAL_EVENTS.value: DEAL, Topic.LEAD_EVENTS.value: LEAD}
# By entity and external id.
Facts = dict[tuple[str, str], list[Fact]]
Record = Mapping[str, str]


def by_webhooks(adapter: Adapter, source: str, bodies: Iterable[object], route: str = "") -> Facts:
    """The facts of every record as webhooks tell them."""
    facts: Facts = defaultdict(list)
    for body in bodies:
        for result in results_of(adapter, msgspec.json.encode(body), route=route):
            _take(facts, result, source)
    return facts


def by_export(
    source: str, tables: Mapping[str, Sequence[Record]], read_at: datetime, currency: str = "EUR"
) -> Facts:
    """The facts of the records of exports, by the names of their mappings."""
    facts: Facts = defaultdict(list)
    sender, _, account = source.partition("/")
    for name, records in tables.items():
        mapping = load_import_mapping(mapping_path(name), currency)
        rows = ImportFormat(file=hash_of(b"export.csv"), format="csv", first_row=1)
        header = ImportHeader(msgspec.Raw(mapping.content), mapping.hash, rows, account)
        given = [Row(line, dict(record)) for line, record in enumerate(records, start=2)]
        for checked in Checker(mapping, sender, header, read_at).check(shaped(given, mapping.file)):
            assert checked.refusal is None, checked.refusal
            assert checked.result is not None
            _take(facts, checked.result, source)
    return facts


def together(*tellings: Facts) -> Facts:
    """The facts of several tellings."""
    facts: Facts = defaultdict(list)
    for told in tellings:
        for subject, found in told.items():
            facts[subject] += found
    return facts


def counted(facts: Facts) -> dict[str, Any]:
    """What is counted of every lead and deal."""
    views: dict[str, list[DealView]] = defaultdict(list)
    counts: dict[str, Any] = {}
    for (entity, id_), told in facts.items():
        if entity == DEAL:
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
    for (entity, id_), told in facts.items():
        if entity == LEAD:
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


def _take(facts: Facts, result: ItemResult, source: str) -> None:
    if isinstance(result, Ignored):
        return
    assert isinstance(result, Mapped), result
    assert result.source == source
    assert len({draft.suffix for draft in result.drafts}) == len(result.drafts)
    for draft in result.drafts:
        entity = _ENTITIES.get(draft.topic)
        if entity is not None:
            facts[entity, draft.external_id].append(_fact(draft, result))


def _fact(draft: Draft, result: Mapped) -> Fact:
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
        100,
        draft.sequence,
        result.source,
        result.identity.key.hex() + draft.suffix,
        int(row.code),
        f"{draft.kind}/{draft.external_id}",
        False,  # noqa: FBT003
        extract(row.code, data),
    )
