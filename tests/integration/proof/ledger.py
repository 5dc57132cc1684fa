"""What was told so far, and what follows from it, reckoned anew in plain words after each step."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from leadtrace.events.lead import LADDER

_FOUNDING = ("lead.captured", "lead.stage_changed", "lead.owner_changed")
_RUNGS = {stage.value: rung for rung, stage in enumerate(LADDER)}


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the CRM: what it is about and says, and when (seconds)."""

    id: str
    name: str
    subject: str
    at: int
    data: dict[str, Any]


@dataclass(slots=True)
class Ledger:
    """Every event that was told, and every call of the website."""

    told: list[Told] = field(default_factory=list)
    identified: set[str] = field(default_factory=set)

    def standing(self) -> list[Told]:
        """The events that no standing correction voids."""
        void: set[str] = set()
        for one in reversed(self.told):
            if one.name == "event.corrected" and one.id not in void:
                void.add(one.data["event"])
        return [one for one in self.told if one.id not in void]

    def leads(self, bound: dict[str, UUID]) -> set[UUID]:
        """The leads: entities with a record that anybody captured, staged, handed on or linked a deal to."""
        records = {
            f"crm {one.subject}"
            for one in self.standing()
            if one.name in _FOUNDING or one.name.startswith("handover.")
        }
        records |= self.identified
        records |= {f"crm {lead}" for group in self._linked().values() for lead in group}
        return {bound[record] for record in records}

    def of(self, records: Iterable[str]) -> list[Told]:
        """The events of these records that count."""
        among = set(records)
        return [one for one in self.standing() if f"crm {one.subject}" in among]

    def mails(self, records: Iterable[str]) -> set[str]:
        """The addresses that the records ever told."""
        among = set(records)
        told = {
            one.data["personal"]["email"]
            for one in self.told
            if f"crm {one.subject}" in among and one.data.get("personal")
        }
        users = {one.removeprefix("website user/") for one in among if one.startswith("website user/")}
        return told | {f"{user}@acme.com" for user in users}

    def touches(self, records: Iterable[str]) -> int:
        """How many touchpoints there were with the records."""
        among = set(records)
        touched = (one for one in self.standing() if one.name == "touchpoint.recorded")
        return sum(f"crm {one.subject}" in among for one in touched)

    def highest(self, records: Iterable[str]) -> str | None:
        """The highest stage that anybody claimed of the records."""
        among = set(records)
        claims = (one for one in self.standing() if one.name == "lead.stage_changed")
        rungs = [_RUNGS[one.data["stage"]] for one in claims if f"crm {one.subject}" in among]
        return LADDER[max(rungs)].value if rungs else None

    def revenue(self) -> Decimal:
        """What the won deals brought together, after what was paid back."""
        deals = {one.subject for one in self.told if one.subject.startswith("deal/")}
        return sum((self._worth(deal) for deal in deals), Decimal())

    def _worth(self, deal: str) -> Decimal:
        state, amount, won_at, before = "open", Decimal(), 0, False
        money: list[Told] = []
        for one in self._of(deal):
            if one.name == "deal.updated":
                amount = Decimal(one.data["amount"])
            elif one.name in ("deal.won", "deal.lost"):
                won_at = one.at if state != one.name else won_at
                if state == "deal.won" and one.name == "deal.lost":
                    money = [other for other in money if other.name != "deal.refunded"]
                state, before = one.name, before or one.name == "deal.won"
            # A refund is of the win that stands, or of the first one to come.
            refunds = one.name == "deal.refunded" and (state == "deal.won" or not before)
            if refunds or one.name == "revenue.recorded":
                money.append(one)
        return self._left(amount, won_at, money) if state == "deal.won" else Decimal()

    @staticmethod
    def _left(amount: Decimal, won_at: int, money: Iterable[Told]) -> Decimal:
        """Wins and renewals less refunds, each of which takes what is there at most."""
        dated = [(won_at, False, amount)]
        for one in money:
            refund = one.name == "deal.refunded"
            at = max(one.at, won_at) if refund else one.at
            dated.append((at, refund, Decimal(one.data["amount"])))
        left = Decimal()
        for _, refund, much in sorted(dated, key=lambda step: step[0]):
            left = left - min(much, left) if refund else left + much
        return left

    def _linked(self) -> dict[str, set[str]]:
        """The records in each deal's buying group."""
        linked: dict[str, set[str]] = {}
        for deal in {one.subject for one in self.told if one.subject.startswith("deal/")}:
            group: set[str] = set()
            for one in self._of(deal):
                if one.name == "deal.linked":
                    group.add(one.data["lead"]["subject"])
                elif one.name == "deal.unlinked":
                    group.discard(one.data["lead"]["subject"])
            linked[deal] = group
        return linked

    def _of(self, subject: str) -> Iterable[Told]:
        return sorted((one for one in self.standing() if one.subject == subject), key=lambda one: one.at)
