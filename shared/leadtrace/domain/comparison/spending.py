"""What was spent in all, exact or not told at all: of each account the postings that count."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TypeAlias

from leadtrace.domain.corrections import Correction
from leadtrace.domain.money import minor_digits
from leadtrace.domain.spend.ledger import Fate, Posting, fates
from leadtrace.events.spend import SpendRecorded

# 18 digits before the point and 12 after it, summed as often as anybody will ever post.
_EXACT = Context(prec=60)
_Account: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Spending:
    """All that was spent, by currency; `total` is None where it cannot be told, and `reason` says why."""

    total: Mapping[str, Decimal] | None
    reason: str | None = None


class SpendLedger:
    """Takes postings and corrections in any order; of a posting it keeps the scope and the sums."""

    def __init__(self) -> None:
        self._postings: dict[_Account, dict[Posting, dict[str, Decimal]]] = {}
        self._corrections: set[Correction] = set()

    def post(self, source: str, event: str, posting: SpendRecorded, *, recorded: int) -> None:
        """Take the posting of an event of a source, recorded at a moment (µs)."""
        scope = Posting(recorded, source, event, posting.from_, posting.to)
        sums: dict[str, Decimal] = {}
        for row in posting.rows:
            _add(sums, row.currency, Decimal(row.amount))
        self._postings.setdefault((source, posting.account), {})[scope] = sums

    def correct(self, correction: Correction) -> None:
        """Take a correction of a posting, or of a correction."""
        self._corrections.add(correction)

    def total(self) -> dict[str, Decimal]:
        """What counts of all postings, by currency."""
        sums: dict[str, Decimal] = {}
        for postings in self._postings.values():
            found = fates(postings, self._corrections)
            for posting, spent in postings.items():
                if found[posting.identity] is Fate.COUNTED:
                    for currency, amount in spent.items():
                        _add(sums, currency, amount)
        return sums


def cost_of_each(total: Mapping[str, Decimal] | None, count: int) -> dict[str, Decimal] | None:
    """Spend divided by a number of things, rounded half-even; None without a total or without any of them."""
    if total is None or not count:
        return None
    return {
        currency: rounded(_EXACT.divide(spent, Decimal(count)), currency) for currency, spent in total.items()
    }


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole minor units of its currency, half-even."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_EVEN, _EXACT)


def _add(sums: dict[str, Decimal], currency: str, amount: Decimal) -> None:
    sums[currency] = _EXACT.add(sums.get(currency, Decimal(0)), amount)
