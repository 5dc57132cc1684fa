"""A history of leads, contacts and opportunities: as change events, and as Data Loader exports them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from leadtrace_ingest.senders.salesforce.record_id import long_id
from tests.unit.ingest.salesforce_items import change

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_AWAY = ("Closed - Not Converted", "Unqualified")
_STAGES = ("Qualification", "Proposal/Price Quote", "Negotiation/Review")
_SOURCES = ("Web", "Trade Show", "Partner")
Record = dict[str, str]
_TABLES = {
    "Lead": "salesforce-leads",
    "Contact": "salesforce-contacts",
    "Opportunity": "salesforce-opportunities",
}


@dataclass(slots=True)
class Step:
    """A change of one record; `at` is the commit, up to some seconds after the record says it was changed."""

    at: datetime
    entity: str
    id: str
    fields: dict[str, Any]
    created: bool = False


@dataclass(slots=True)
class History:
    """All changes, in their order."""

    steps: list[Step] = field(default_factory=list)

    def webhooks(self) -> list[Any]:
        """The change events."""
        return [_event(step, number) for number, step in enumerate(self.steps, start=1)]

    def exports(self, until: datetime) -> dict[str, list[Record]]:
        """The exports of a moment, by the names of their mappings."""
        records: dict[str, dict[str, Record]] = {name: {} for name in _TABLES.values()}
        for step in self.steps:
            if step.at > until:
                break
            record = records[_TABLES[step.entity]].setdefault(step.id, {"Id": step.id})
            changed_at = max(step.at - timedelta(seconds=2), step.at.replace(second=0))
            written = f"{changed_at:%Y-%m-%dT%H:%M:%S}.000Z"
            if step.created:
                record["CreatedDate"] = written
            record["LastModifiedDate"] = written
            record.update({name: str(value) for name, value in step.fields.items()})
        return {name: list(found.values()) for name, found in records.items()}


def history(seed: int, leads: int = 25) -> History:
    """The lives of some leads."""
    chance = Random(seed)
    steps = [step for number in range(leads) for step in _life(chance, number)]
    return History(sorted(steps, key=lambda step: step.at))


def _life(chance: Random, number: int) -> list[Step]:
    lead, contact, deal = (long_id(f"{prefix}5g{number:010}") or "" for prefix in ("00Q", "003", "006"))
    account = long_id(f"0015g{number:010}") or ""
    at = START + timedelta(minutes=chance.randrange(5_000), milliseconds=chance.randrange(60_000))
    source = chance.choice(_SOURCES)
    made = {"Status": "Open - Not Contacted", "LeadSource": source, "Email": f"a{number}@b.example"}
    steps = [Step(at, "Lead", lead, made, created=True)]

    def then(entity: str, id_: str, fields: dict[str, Any], *, created: bool = False) -> None:
        nonlocal at
        at += timedelta(seconds=chance.choice((0, 5, 40, 3_000, 90_000)), milliseconds=chance.randrange(900))
        steps.append(Step(at, entity, id_, fields, created))

    then("Lead", lead, {"Status": "Working - Contacted"})
    if chance.random() < 0.4:
        then("Lead", lead, {"Status": chance.choice(_AWAY)})
        if chance.random() < 0.3:
            then("Lead", lead, {"Status": "Working - Contacted"})
        return steps
    of_contact = {"LeadSource": source, "AccountId": account, "Email": f"a{number}@b.example"}
    then("Contact", contact, of_contact, created=True)
    of_deal = {"StageName": "Prospecting", "AccountId": account, "ContactId": contact}
    then("Opportunity", deal, of_deal | {"Amount": f"{chance.randrange(1, 90_000)}.5"}, created=True)
    then("Lead", lead, {"Status": "Closed - Converted"})
    for stage in _STAGES[: chance.randrange(4)]:
        then("Opportunity", deal, {"StageName": stage})
    if chance.random() < 0.7:
        then("Opportunity", deal, {"StageName": chance.choice(("Closed Won", "Closed Lost"))})
        if chance.random() < 0.2:
            then("Opportunity", deal, {"StageName": "Negotiation/Review", "Amount": "7.25"})
    return steps


def _event(step: Step, number: int) -> Any:
    return change(
        step.entity,
        "CREATE" if step.created else "UPDATE",
        step.fields,
        recordIds=[step.id],
        commitTimestamp=int(step.at.timestamp() * 1_000),
        commitNumber=number,
        transactionKey=f"0002ac83-fcbd-9443-f901-{number:012}",
    )
