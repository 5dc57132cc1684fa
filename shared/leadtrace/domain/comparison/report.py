"""A comparison in words and values, as the route answers it: money as decimals, movements both ways."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from leadtrace.domain.comparison.comparison import HOLDS, Comparison, LeftOut
from leadtrace.domain.comparison.movement import Matrix, Tally
from leadtrace.domain.comparison.spending import Spending, cost_of_each, rounded
from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.money import to_decimal

_POINT = Decimal(1000)
_THOUSANDTH = Decimal("0.001")


class MoneySaid(msgspec.Struct, frozen=True):
    """An exact amount, with the currency's own number of digits."""

    amount: str
    currency: str


Costs = tuple[MoneySaid, ...] | None


class Side(msgspec.Struct, frozen=True):
    """One of the two versions: where it was read, and what it is."""

    name: str
    id: str
    version: int
    hash: str


class Moved(msgspec.Struct, frozen=True):
    """Leads that moved, the orders and the revenue won of them, and the first of their ids.

    A deal of several such leads is one order; revenue is the leads' own shares.
    """

    leads: int
    orders: int
    revenue: tuple[MoneySaid, ...]
    sample: tuple[str, ...]


class Cell(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """How many leads are in one place by A and in one by B."""

    before: str
    after: str
    leads: int


class BandChange(msgspec.Struct, frozen=True):
    """A band: leads in it by A and by B, and those that it gains and loses."""

    band: str
    a: int
    b: int
    moved_in: Moved
    moved_out: Moved


class Held(msgspec.Struct, frozen=True):
    """Leads of which a stage's clauses hold by A and by B, and what each cost; None: cannot be told."""

    a: int
    b: int
    moved_in: Moved
    moved_out: Moved
    cost_a: Costs
    cost_b: Costs


class StageChange(msgspec.Struct, frozen=True):
    """A stage: whose clauses hold at the moment, and whose ever did; `clauses_in` names who has any."""

    stage: str
    clauses_in: tuple[str, ...]
    now: Held
    ever: Held


class Leads(msgspec.Struct, frozen=True):
    """Every row that was read is compared or left out for one reason; `failed_sample` are ids of the last."""

    rows: int
    compared: int
    absorbed: int
    without_facts: int
    failed: int
    failed_sample: tuple[str, ...]
    truncated: int


class ScoreChange(msgspec.Struct, frozen=True):
    """Leads whose score is another one, and the mean change over all compared ones, in points."""

    changed: int
    mean_change: str | None


class Report(msgspec.Struct, frozen=True):
    """What would change if B judged instead of A, at one moment (ISO 8601)."""

    a: Side
    b: Side
    at: str
    leads: Leads
    score: ScoreChange
    band_matrix: tuple[Cell, ...]
    bands: tuple[BandChange, ...]
    grade_matrix: tuple[Cell, ...]
    stages: tuple[StageChange, ...]
    orders: int
    revenue: tuple[MoneySaid, ...]
    spend: Costs
    spend_unknown: str | None
    cost_per_order: Costs


def side_of(definitions: Definitions, name: str) -> Side:
    """What a version is called."""
    known = reference_to(definitions)
    return Side(name, known.id, known.version, known.hash)


def report_of(
    comparison: Comparison,
    sides: tuple[Definitions, Definitions],
    names: tuple[str, str],
    *,
    at: str,
    spending: Spending,
) -> Report:
    """Everything that was summed."""
    compared, orders = comparison.all.leads, len(comparison.all.deals)
    a, b = (side_of(one, name) for one, name in zip(sides, names, strict=True))
    return Report(
        a=a,
        b=b,
        at=at,
        leads=_leads(comparison),
        score=ScoreChange(comparison.score_changed, _mean(comparison.score_change, compared)),
        band_matrix=tuple(
            Cell(before, after, comparison.bands.cell(before, after)) for before in BANDS for after in BANDS
        ),
        bands=tuple(_band(comparison.bands, band, comparison.sample) for band in BANDS),
        grade_matrix=tuple(_grades(comparison.grades)),
        stages=tuple(_stages(comparison, sides, spending)),
        orders=orders,
        revenue=_revenue(comparison.all),
        spend=_money(spending.total),
        spend_unknown=spending.reason,
        cost_per_order=_money(cost_of_each(spending.total, orders)),
    )


def _leads(comparison: Comparison) -> Leads:
    left_out = comparison.left_out
    return Leads(
        rows=comparison.rows,
        compared=comparison.all.leads,
        absorbed=left_out[LeftOut.ABSORBED],
        without_facts=left_out[LeftOut.WITHOUT_FACTS],
        failed=left_out[LeftOut.FAILED],
        failed_sample=tuple(map(str, comparison.failed)),
        truncated=comparison.truncated,
    )


def _mean(change: int, leads: int) -> str | None:
    if not leads:
        return None
    mean = Decimal(change) / leads / _POINT
    return str(mean.quantize(_THOUSANDTH, ROUND_HALF_EVEN))


def _band(bands: Matrix[str], band: str, sample: int) -> BandChange:
    moved_in, moved_out = _moved(bands.into(band, sample)), _moved(bands.out_of(band, sample))
    return BandChange(band, bands.before(band), bands.after(band), moved_in, moved_out)


def _grades(grades: Matrix[str]) -> Sequence[Cell]:
    """Only the ways that leads went; there are 81."""
    ways = {*((grade, grade) for grade in grades.stayed), *grades.moved}
    return [Cell(*way, grades.cell(*way)) for way in sorted(ways)]


def _stages(
    comparison: Comparison, sides: tuple[Definitions, Definitions], spending: Spending
) -> Sequence[StageChange]:
    with_clauses = {
        name: {row.stage for row in side.qualification} for name, side in zip("ab", sides, strict=True)
    }
    return [
        StageChange(
            stage.value,
            tuple(name for name, stages in with_clauses.items() if stage in stages),
            _held(matrix.now, comparison.sample, spending),
            _held(matrix.ever, comparison.sample, spending),
        )
        for stage, matrix in comparison.stages.items()
    ]


def _held(matrix: Matrix[bool], sample: int, spending: Spending) -> Held:
    a, b = matrix.before(HOLDS), matrix.after(HOLDS)
    return Held(
        a,
        b,
        _moved(matrix.into(HOLDS, sample)),
        _moved(matrix.out_of(HOLDS, sample)),
        _money(cost_of_each(spending.total, a)),
        _money(cost_of_each(spending.total, b)),
    )


def _moved(tally: Tally) -> Moved:
    return Moved(tally.leads, len(tally.deals), _revenue(tally), tuple(map(str, tally.sample)))


def _revenue(tally: Tally) -> tuple[MoneySaid, ...]:
    return tuple(
        MoneySaid(str(to_decimal(minor, currency)), currency)
        for currency, minor in sorted(tally.revenue.items())
    )


def _money(amounts: Mapping[str, Decimal] | None) -> Costs:
    if amounts is None:
        return None
    return tuple(
        MoneySaid(str(rounded(amount, currency)), currency) for currency, amount in sorted(amounts.items())
    )
