"""The proof: whatever is told, in any order, with duplicates, every invariant holds after every step."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from leadtrace.events.lead import LADDER
from tests.integration.ingest.test_law_of_erasure import erase
from tests.integration.proof.company import Company, company
from tests.integration.proof.departed import Departed, sent
from tests.integration.proof.hands import HANDED, Hands
from tests.integration.proof.ledger import Ledger, Told
from tests.integration.proof.memory import Memory
from tests.unit.ingest.event_items import event

_TABLES = """
select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables
where schemaname in ('ingest', 'scoring', 'attribution', 'api')
  and tablename not in ('alembic_version', 'projections', 'identity_state', 'installation')
"""
_ITEMS = "select published, duplicate, suppressed from ingest.pub_items where sender = 'crm'"
_START = datetime(2025, 12, 1, tzinfo=UTC)
_TOUCH = "io.leadtrace.touchpoint.recorded.v1"
_RECORDS = tuple(f"contact/{n}" for n in range(1, 5))
_DEALS = ("deal/1", "deal/2")
_MAILS = ("ann@acme.com", "ben@acme.com", "info@acme.com")
_ERASED_AFTER = 8_000  # seconds: after all else that happened since the last time
_FIRST = st.integers(0, 3_600)
records, deals = st.sampled_from(_RECORDS), st.sampled_from(_DEALS)


class Proof(RuleBasedStateMachine):
    """One installation, and the ledger of all that it was told."""

    def __init__(self, runner: asyncio.Runner, running: Company) -> None:
        super().__init__()
        self.runner = runner
        self.company = running
        self.ledger = Ledger()
        self.memory = Memory()
        self.number = 0
        self.departed = Departed()
        self.outcomes: Counter[str] = Counter()  # of the CRM's items

    @initialize()
    def begin(self) -> None:
        self.runner.run(self._empty())

    async def _empty(self) -> None:
        names = await self.company.pool.fetchval(_TABLES)
        await self.company.pool.execute(f"truncate {names}")

    @rule(record=records, at=_FIRST, email=st.sampled_from((None, *_MAILS)))
    def capture(self, record: str, at: int, email: str | None) -> None:
        self._tell("lead.captured", record, at, {"personal": {"email": email}} if email else {})

    @rule(record=records, at=_FIRST, channel=st.sampled_from(("email", "paid_search")))
    def touch(self, record: str, at: int, channel: str) -> None:
        self._tell("touchpoint.recorded", record, at, {"channel": channel})

    @rule(record=records, at=_FIRST, stage=st.sampled_from([stage.value for stage in LADDER]))
    def stage(self, record: str, at: int, stage: str) -> None:
        self._tell("lead.stage_changed", record, at, {"stage": stage, "claimed": stage})

    @rule(record=records, at=_FIRST, told=HANDED)
    def hand(self, record: str, at: int, told: list[tuple[str, dict[str, Any]]]) -> None:
        for name, data in told:
            self._tell(name, record, at, data)

    @rule(record=records, other=records, at=_FIRST)
    def merge(self, record: str, other: str, at: int) -> None:
        if record != other and self._there(record, other):
            self._tell("lead.merged", record, at, {"absorbed": [{"subject": other}]}, other)

    @rule(record=records, other=records, at=_FIRST)
    def split(self, record: str, other: str, at: int) -> None:
        if record != other and self._there(record, other):
            self._tell("lead.split", record, at, {"apart": [{"subject": other}]}, other)

    @rule(deal=deals, at=_FIRST, amount=st.sampled_from(("100.00", "99.99", "1234.50")))
    def offer(self, deal: str, at: int, amount: str) -> None:
        self._tell("deal.updated", deal, at, {"amount": amount, "currency": "EUR"})

    @rule(deal=deals, at=_FIRST, amount=st.sampled_from(("40.00", "5000")))
    def refund(self, deal: str, at: int, amount: str) -> None:
        self._tell("deal.refunded", deal, at, {"amount": amount, "currency": "EUR"})

    @rule(deal=deals, at=_FIRST)
    def renew(self, deal: str, at: int) -> None:
        self._tell("revenue.recorded", deal, at, {"kind": "renewal", "amount": "10.01", "currency": "EUR"})

    @rule(deal=deals, at=_FIRST, end=st.sampled_from(("deal.won", "deal.lost")))
    def end(self, deal: str, at: int, end: str) -> None:
        self._tell(end, deal, at, {"claimed": end})

    @rule(
        deal=deals,
        record=records,
        at=_FIRST,
        name=st.sampled_from(("deal.linked", "deal.unlinked")),
        late=st.booleans(),
    )
    def link(self, deal: str, record: str, at: int, name: str, late: bool) -> None:
        if late:  # such an event is not stopped, and means who the record was then
            self._tell(name, deal, at, {"lead": {"subject": record}})
        else:
            self._tell(name, deal, at, {"lead": {"subject": self._now(record)}}, record)

    @rule(user=st.sampled_from(("ann", "ben")), browser=st.sampled_from(("b1", "b2")))
    def identify(self, user: str, browser: str) -> None:
        if not self.departed.names.isdisjoint({f"website user/{user}", f"website anonymous/{browser}"}):
            return
        call = {
            "type": "identify",
            "userId": user,
            "anonymousId": browser,
            "traits": {"email": f"{user}@acme.com"},
            "messageId": f"m{self.number}",
        }
        self.number += 1
        self.ledger.identified.add(f"website user/{user}")
        self.runner.run(self.company.post("website", call, route="identify"))

    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        if self.ledger.told:
            wrong = data.draw(st.sampled_from(self.ledger.told))
            subject = sent(wrong.subject)
            if wrong.subject != self._now(subject):
                return
            corrects = wrong.data["corrects"] if wrong.name == "event.corrected" else wrong.name
            given = {"event": wrong.id, "corrects": corrects, "declaration": "did_not_occur"}
            self._tell("event.corrected", subject, 4_000 + self.number, given)

    @precondition(lambda self: self._known(*_RECORDS))
    @rule(data=st.data(), more=st.booleans())
    def erase(self, data: st.DataObject, more: bool) -> None:
        record = data.draw(st.sampled_from(self._known(*_RECORDS)))
        self.runner.run(self._erase(record))
        if more:
            self.tell_late(record, data.draw(_FIRST), last=data.draw(st.booleans()))
            self.come_back(record, data.draw(_FIRST), data.draw(st.sampled_from(_MAILS)))

    async def _erase(self, record: str) -> None:
        await self.company.settle()
        bound = await self.company.bound()
        home = bound[f"crm {self._now(record)}"]
        gone = {one for one, entity in bound.items() if entity == home} - self.departed.names
        at = _ERASED_AFTER + max(self._since(one) for one in gone)
        told = self._note("lead.erased", self._now(record), at, {"request": "by post"})
        await self._post(told)
        await self.company.settle()
        self.departed.erase(gone, self.ledger.mails(gone), told.at)
        await erase(self.company.scene)

    @rule(record=records, at=_FIRST, last=st.booleans())
    def tell_late(self, record: str, at: int, last: bool) -> None:
        """Of somebody erased, and not after that: it is stopped, and changes nothing."""
        until = self.departed.until(f"crm {record}")
        if until:
            told = Told(f"e{self.number}", "lead.captured", record, until if last else at * 1_000, {})
            self.number += 1
            self.runner.run(self._post(told))

    @rule(record=records, at=_FIRST, email=st.sampled_from(_MAILS))
    def come_back(self, record: str, at: int, email: str) -> None:
        """Somebody erased is captured afterwards: that is somebody new."""
        if self.departed.until(f"crm {record}"):
            self.capture(record, at, email)

    def _now(self, record: str) -> str:
        return self.departed.now(f"crm {record}").removeprefix("crm ")

    def _since(self, name: str) -> int:
        """When a record was erased last, in seconds and without what tells events of one moment apart."""
        until = self.departed.until(sent(name)) // 1_000
        return until - until % _ERASED_AFTER

    def _there(self, *records: str) -> bool:
        """Whether none is merely gone: what only says who is who founds nobody after an erasure."""
        gone = {record for record in records if self.departed.until(f"crm {record}")}
        return gone <= {*self._known(*gone)}

    def _known(self, *records: str) -> list[str]:
        """Those that anything was told of since they were erased, if they were."""
        told_of = {one.subject for one in self.ledger.told}
        told_of |= {one.data["lead"]["subject"] for one in self.ledger.told if "lead" in one.data}
        return [record for record in records if self._now(record) in told_of]

    @rule(data=st.data())
    def tell_again(self, data: st.DataObject) -> None:
        if self.ledger.told:
            self.runner.run(self._post(data.draw(st.sampled_from(self.ledger.told)), outcome="duplicate"))

    @invariant()
    def nothing_is_lost_doubled_or_made_up(self) -> None:
        self.runner.run(self._check())

    def teardown(self) -> None:
        """In the end no late bytes are left, every row is made anew, and everything holds of those too."""
        self.runner.run(self._rebuild())

    async def _rebuild(self) -> None:
        await erase(self.company.scene)
        assert await self.company.pool.fetchval("select count(*) from ingest.redactions") == 0
        await self.company.rebuild()
        await self._check()

    async def _check(self) -> None:
        await self.company.settle()
        audit = await self.company.get("/v1/audit/conservation")
        assert (audit["balanced"], audit["pending"], audit["quarantine"]) == (True, 0, []), audit
        assert await self.company.pool.fetchval("select count(*) from ingest.quarantine") == 0
        items = await self.company.pool.fetchrow(_ITEMS)
        assert Counter(dict(items or {})) == self.outcomes
        bound = await self.company.bound()
        leads = await self.company.get("/v1/leads?limit=500")
        assert {one["lead_id"] for one in leads["leads"]} == {str(one) for one in self.ledger.leads(bound)}
        funnel = await self.company.get("/v1/funnel")
        inquiries = next(one for one in funnel["total"]["stages"] if one["stage"] == "inquiry")
        assert inquiries["reached"] == len(leads["leads"])
        earned = [funnel["total"]["revenue"]["amount"], funnel["unlinked"]["revenue"]["amount"]]
        assert sum(map(Decimal, earned)) == self.ledger.revenue()
        await self.memory.keep(self.company, {one["lead_id"] for one in leads["leads"]})
        await self.memory.hold(self.company, self.number)
        for entity in set(bound.values()):
            if any(one["lead_id"] == str(entity) for one in leads["leads"]):
                mine = {one for one, home in bound.items() if home == entity}
                await self._check_lead(str(entity), mine)

    async def _check_lead(self, lead_id: str, records: set[str]) -> None:
        told = await self.company.get(f"/v1/leads/{lead_id}/identity")
        assert {f"{one['source']} {one['subject']}" for one in told["records"]} == records
        trace = await self.company.get(f"/v1/leads/{lead_id}/trace")
        told_of = [one["subject"] for one in trace["entries"] if one["kind"] == "event"]
        assert {f"crm {one}" for one in told_of if one.startswith("contact/")} <= records
        assert sum(one["type"] == _TOUCH for one in trace["entries"] if one["kind"] == "event") == len(
            [
                one
                for one in self.ledger.told
                if one.name == "touchpoint.recorded" and f"crm {one.subject}" in records
            ]
        )
        lead = await self.company.get(f"/v1/leads/{lead_id}")
        assert lead["touches"] == self.ledger.touches(records)
        Hands(lead, self.ledger.of(records), _START).check()
        highest = self.ledger.highest(records)
        assert highest is None or highest in lead["first_reached"]

    def _tell(self, name: str, record: str, at: int, data: Mapping[str, Any], *others: str) -> None:
        """Tell what happened since the records were erased, if they were."""
        at += max(self._since(f"crm {one}") for one in (record, *others))
        self.runner.run(self._post(self._note(name, self._now(record), at, data)))

    def _note(self, name: str, subject: str, at: int, data: Mapping[str, Any]) -> Told:
        # No two events bear one moment, so that the ledger's order is the folds'.
        told = Told(f"e{self.number}", name, subject, at * 1_000 + self.number, dict(data))
        self.number += 1
        if not self.departed.stops(told):
            self.ledger.told.append(told)
        return told

    async def _post(self, told: Told, *, outcome: str = "published") -> None:
        self.outcomes["suppressed" if self.departed.stops(told) else outcome] += 1
        moment = (_START + timedelta(milliseconds=told.at)).isoformat()
        made = event(told.name, told.data, id=told.id, source="crm", subject=told.subject, time=moment)
        await self.company.post("crm", msgspec.json.decode(sent(msgspec.json.encode(made).decode())))


def test_every_invariant_holds_after_every_step(database_url: str) -> None:
    steps = settings(
        deadline=None,
        max_examples=max(10, settings().max_examples // 12),
        stateful_step_count=15,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with asyncio.Runner() as runner:
        opened = company(database_url)
        running = runner.run(opened.__aenter__())
        try:
            run_state_machine_as_test(partial(Proof, runner, running), settings=steps)  # type: ignore[arg-type]
        finally:
            runner.run(opened.__aexit__(None, None, None))
