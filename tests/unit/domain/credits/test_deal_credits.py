"""A deal's credits by example: who gets the cent, what a refund takes, and where nobody was touched."""

from decimal import Decimal

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.credits.deal_credits import MICRO_DEALS, Credit, DealCredits, credit_deal
from leadtrace.domain.credits.milestones import Milestone
from leadtrace.domain.credits.model import PER_DEAL, Custom, Model, ModelParameters
from leadtrace.domain.credits.touch import NO_DIMENSIONS, UNATTRIBUTED, PathTouch, Place
from leadtrace.events.money import Booking, MoneyKind
from tests.unit.domain.credits.journey import on_days, touch

_DEFAULT = ModelParameters()
_CUSTOM = ModelParameters(custom=Custom(closed=Decimal(1)))
_MILESTONES = on_days(0, 0, 2)
_CLOSED = 2 * DAY_US
_PATH = [touch(0), touch(1), touch(2)]


def _booking(day: float, change: int, kind: MoneyKind = MoneyKind.WIN, currency: str = "EUR") -> Booking:
    return Booking(round(day * DAY_US), kind, change, currency, change, currency)


def _by(model: Model, rows: tuple[Credit, ...]) -> list[tuple[int, str | None, int]]:
    """Day, campaign and amount of each row that is not 0 by a model."""
    column = PER_DEAL.index(model)
    return [(row.at // DAY_US, row.dimensions[3], row.amounts[column]) for row in rows if row.amounts[column]]


def _credit(touches: list[PathTouch], *bookings: Booking) -> DealCredits:
    return credit_deal(touches, _MILESTONES, bookings, _DEFAULT)


def test_the_cent_that_is_left_goes_to_the_earlier_touch() -> None:
    credited = _credit(_PATH, _booking(2, 10_000))
    parts = [(2, "day 0", 3334), (2, "day 1", 3333), (2, "day 2", 3333)]
    assert _by(Model.LINEAR, credited.revenue) == parts
    micros = [(2, "day 0", 333_334), (2, "day 1", 333_333), (2, "day 2", 333_333)]
    assert _by(Model.LINEAR, credited.deals) == micros
    assert {(row.at, row.counted_in) for row in credited.revenue} == {(_CLOSED, "EUR")}
    assert {(row.at, row.counted_in) for row in credited.deals} == {(_CLOSED, None)}


def test_touches_of_the_same_dimensions_are_one_row_after_the_split() -> None:
    same = [touch(0, campaign="x"), touch(1, campaign="y"), touch(2, campaign="x")]
    assert _by(Model.LINEAR, _credit(same, _booking(2, 100)).revenue) == [(2, "x", 67), (2, "y", 33)]


def test_each_booking_is_the_difference_to_the_split_before() -> None:
    refund, rest = _booking(5, -99, MoneyKind.REFUND), _booking(9, -1, MoneyKind.REFUND)
    credited = _credit(_PATH, _booking(2, 100), refund, rest)
    assert _by(Model.LINEAR, credited.revenue) == [
        (2, "day 0", 34),
        (2, "day 1", 33),
        (2, "day 2", 33),
        (5, "day 0", -33),
        (5, "day 1", -33),
        (5, "day 2", -33),
        (9, "day 0", -1),
    ]
    assert [row.at // DAY_US for row in credited.deals] == [2, 2, 2]


def test_a_renewal_is_divided_with_the_weights_of_the_win() -> None:
    credited = _credit([*_PATH, touch(30)], _booking(2, 100), _booking(40, 50, MoneyKind.RENEWAL))
    assert _by(Model.LAST_TOUCH, credited.revenue) == [(2, "day 2", 100), (40, "day 2", 50)]
    assert credited.touches == 3


def test_each_currency_is_divided_by_itself() -> None:
    dollars = _booking(3, 1, MoneyKind.RENEWAL, currency="USD")
    credited = _credit(_PATH, _booking(2, 1), dollars)
    rows = [(row.counted_in, row.amounts[PER_DEAL.index(Model.LINEAR)]) for row in credited.revenue]
    assert [row for row in rows if row[1]] == [("EUR", 1), ("USD", 1)]


def test_what_counts_is_divided_and_not_what_was_agreed() -> None:
    paid = Booking(_CLOSED, MoneyKind.WIN, 16_345, "JPY", 10_000, "EUR")
    assert sum(amount for *_, amount in _by(Model.W_SHAPED, _credit(_PATH, paid).revenue)) == 10_000


def test_what_comes_and_goes_in_one_moment_is_no_row() -> None:
    credited = _credit(_PATH, _booking(2, 100), _booking(2, -100, MoneyKind.REFUND))
    assert credited.revenue == ()
    assert sum(amount for *_, amount in _by(Model.TIME_DECAY, credited.deals)) == MICRO_DEALS


def test_a_deal_that_brought_nothing_is_a_deal_all_the_same() -> None:
    assert _credit(_PATH).revenue == _credit(_PATH, _booking(2, 0)).revenue == ()
    assert _credit(_PATH).deals == _credit(_PATH, _booking(2, 0)).deals != ()


def test_without_touches_everything_is_unattributed() -> None:
    credited = _credit([touch(3)], _booking(2, 100))
    all_but_custom = (100,) * 9 + (0,)
    assert credited.revenue == (Credit(_CLOSED, "EUR", NO_DIMENSIONS, False, all_but_custom),)  # noqa: FBT003
    assert [row.amounts for row in credited.deals] == [(MICRO_DEALS,) * 9 + (0,)]
    assert credited.touches == 0
    assert credited.missing_milestones == tuple(Milestone)


def test_a_touch_without_dimensions_is_not_unattributed() -> None:
    credited = _credit([PathTouch(0, "lead", NO_DIMENSIONS)], _booking(2, 100))
    (row,) = credited.revenue
    assert Place(row.dimensions, row.attributed) != UNATTRIBUTED
    assert row.attributed
    assert row.dimensions == NO_DIMENSIONS


def test_the_custom_column_is_0_unless_the_model_is_given() -> None:
    without, given = (credit_deal(_PATH, _MILESTONES, [_booking(2, 7)], one) for one in (_DEFAULT, _CUSTOM))
    assert (without.has_custom, given.has_custom) == (False, True)
    assert not _by(Model.CUSTOM, (*without.revenue, *without.deals))
    assert _by(Model.CUSTOM, given.revenue) == [(2, "day 2", 7)]
    unattributed = credit_deal([], _MILESTONES, [_booking(2, 7)], _CUSTOM)
    assert [row.amounts for row in unattributed.revenue] == [(7,) * 10]


def test_what_stands_beside_the_credits() -> None:
    parameters = ModelParameters(lookback_us=DAY_US)
    credited = credit_deal(_PATH, on_days(0, None, 2), [], parameters)
    assert (credited.touches, credited.cut) == (2, True)
    assert credited.missing_milestones == (Milestone.LEAD_CREATED, Milestone.OPPORTUNITY_CREATED)
    assert not credit_deal(_PATH, on_days(0, None, 2), [], _DEFAULT).cut
