"""A CRM that nobody knows, its mapping, and what becomes of its items."""

from pathlib import Path
from typing import Any

import msgspec

from leadtrace_ingest.senders.generic.adapter import GenericAdapter
from leadtrace_ingest.senders.generic.loading import load_generic
from leadtrace_ingest.senders.generic.mapping import GenericMapping, map_value
from leadtrace_ingest.senders.item import ItemResult, Mapped
from leadtrace_ingest.senders.sender import SignedRequest
from tests.unit.ingest import deliveries
from tests.unit.ingest.deliveries import RECEIVED_AT

AT = "2026-01-02T03:04:05Z"
ACME = """
name: acme-crm
version: 3
items: events
shared: {tenant: account.id}
source: tenant
id: event_id
delivery: [attempt, meta.sent_at]
time: {from: created_at, zone: Europe/Berlin}
sequence: serial
actor: by
ignore: type == 'ping'
rules:
  - name: persons
    when: starts_with(type, 'person.')
    record:
      object: person
      id: data.id
      tells:
        from: type
        values: {person.made: created, person.edited: changed, person.binned: deleted, person.merged: merged}
      fields: data.fields
      absorbed: data.others
  - when: type == 'deal.edited'
    record:
      {object: deal, id: data.id, tells: changed, fields: {stage: data.stage, amount: data.money.amount}}
    link: {deal: data.id, lead: "data.people[].id", role: {text: buyer}}
  - when: type == 'page'
    touchpoint: {object: person, id: data.id, channel: data.channel, page: data.url, signal: {text: visit}}
  - when: type == 'call'
    activity: {object: person, id: data.ids, kind: call, direction: {from: data.direction}, done: data.done,
      outcome: data.outcome, owner: by, personal: {subject: data.subject}}
objects:
  person:
    is: lead
    fields:
      email: {means: personal, as: email, derive: company_domain}
      stage: {means: stage}
      source: {means: acquisition, as: channel, touchpoint: true}
  deal: {is: deal, fields: {stage: {means: stage}, amount: {means: amount}}}
  firm: {is: account}
lifecycle_stages: [{id: new, is: lead}, {id: hot, is: mql}, {id: out, is: ignored}]
deal_stages: [{id: "7", is: won}, {id: "1", is: open}]
channels: {Google Ads: paid_search}
"""


class Open:
    """A proof that everybody has."""

    def check(self, request: SignedRequest) -> None:
        """Let every request pass."""


def mapping(text: str = ACME) -> GenericMapping:
    """The mapping of this text, amounts in EUR."""
    return load_generic(text.encode(), "EUR")


def adapter(text: str = ACME) -> GenericAdapter:
    """An adapter of the sender `acme`."""
    return GenericAdapter("acme", Open(), mapping(text))


def write(folder: Path, text: str = ACME) -> Path:
    """The mapping as a file."""
    path = folder / "acme.yaml"
    path.write_text(text)
    return path


def event(type_: str, **fields: Any) -> dict[str, Any]:
    """An item as the mapping sees it."""
    return {"event_id": 1, "type": type_, "created_at": AT, "tenant": "t1"} | fields


def result_of(value: Any, text: str = ACME, **more: Any) -> ItemResult:
    """What becomes of one value."""
    raw = msgspec.json.encode(value)
    given: dict[str, Any] = {"sender": "acme", "received_at": RECEIVED_AT, "raw": raw} | more
    return map_value(mapping(text), value, **given)


def told(value: Any, text: str = ACME, **more: Any) -> list[deliveries.Told]:
    """The events of one value as (name of the type, subject, data)."""
    return deliveries.told(result_of(value, text, **more))


def times(value: Any, text: str = ACME) -> dict[str, str]:
    """The events of one value by name, with their times."""
    result = result_of(value, text)
    assert isinstance(result, Mapped), result
    return {
        draft.type.removeprefix("io.leadtrace.").removesuffix(".v1"): draft.time.isoformat()
        for draft in result.drafts
    }
