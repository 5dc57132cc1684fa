"""What is told of a comparison: orders once, costs to the cent and never by nothing, ids in order."""

from decimal import Decimal
from uuid import UUID

from leadtrace.domain.comparison.comparison import Comparison, LeftOut
from leadtrace.domain.comparison.judgement import Judgement
from leadtrace.domain.comparison.movement import Won
from leadtrace.domain.comparison.report import MoneySaid, Report, report_of
from leadtrace.domain.comparison.spending import Spending, cost_of_each
from leadtrace.events.lead import Stage
from leadtrace.runtime.definitions import live_definitions

_MQL = Stage.MARKETING_QUALIFIED
_COLD = Judgement("cold", "C3", 0, frozenset(), frozenset())
_WARM = Judgement("warm", "B2", 30_500, frozenset({_MQL}), frozenset({_MQL}))
_FADED = Judgement("cold", "B3", 10_000, frozenset(), frozenset({_MQL}))


def _id(number: int) -> UUID:
    return UUID(int=number)


def _told(comparison: Comparison, spending: Spending | None = None) -> Report:
    sides = live_definitions(), live_definitions()
    return report_of(comparison, sides, ("a", "b"), at="", spending=spending or Spending({}))


def _comparison(sample: int = 2) -> Comparison:
    return Comparison([_MQL], sample=sample)


def test_a_deal_of_two_leads_that_move_together_is_one_order_and_both_shares_are_revenue() -> None:
    comparison = _comparison()
    comparison.take(_id(1), _COLD, _WARM, Won(("deal",), {"EUR": 1_001}))
    comparison.take(_id(2), _COLD, _WARM, Won(("deal", "other"), {"EUR": 1_000, "JPY": 5}))
    told = _told(comparison)
    (stage,) = told.stages
    for moved in (told.bands[1].moved_in, told.bands[0].moved_out, stage.now.moved_in, stage.ever.moved_in):
        assert (moved.leads, moved.orders) == (2, 2)
        assert moved.revenue == (MoneySaid("20.01", "EUR"), MoneySaid("5", "JPY"))
    assert told.orders == 2


def test_the_sample_is_of_the_lowest_ids_whatever_came_first() -> None:
    comparison = _comparison()
    for number in (5, 3, 9, 4):
        comparison.take(_id(number), _COLD, _WARM)
    assert _told(comparison).bands[1].moved_in.sample == (str(_id(3)), str(_id(4)))


def test_without_a_sample_no_lead_is_named() -> None:
    comparison = _comparison(sample=0)
    comparison.take(_id(1), _COLD, _WARM)
    comparison.leave_out(_id(2), LeftOut.FAILED)
    told = _told(comparison)
    assert told.bands[1].moved_in.sample == told.leads.failed_sample == ()
    assert told.leads.failed == 1


def test_a_stage_that_has_faded_has_held_all_the_same() -> None:
    comparison = _comparison()
    comparison.take(_id(1), _WARM, _FADED)
    (stage,) = _told(comparison).stages
    assert (stage.now.a, stage.now.b, stage.now.moved_out.leads) == (1, 0, 1)
    assert (stage.ever.a, stage.ever.b, stage.ever.moved_out.leads) == (1, 1, 0)


def test_costs_are_spend_by_orders_and_by_the_leads_that_hold() -> None:
    comparison = _comparison()
    for number in range(3):
        comparison.take(_id(number), _COLD, _WARM, Won((f"deal {number}",), {}))
    told = _told(comparison, Spending({"EUR": Decimal(100), "JPY": Decimal(1_000)}))
    each = (MoneySaid("33.33", "EUR"), MoneySaid("333", "JPY"))
    assert told.spend == (MoneySaid("100.00", "EUR"), MoneySaid("1000", "JPY"))
    assert told.cost_per_order == each
    (stage,) = told.stages
    assert (stage.now.cost_a, stage.now.cost_b) == (None, each)


def test_spend_that_cannot_be_told_makes_no_cost() -> None:
    comparison = _comparison()
    comparison.take(_id(1), _COLD, _WARM, Won(("deal",), {}))
    told = _told(comparison, Spending(None, "because"))
    (stage,) = told.stages
    assert (told.spend, told.cost_per_order, stage.now.cost_b) == (None, None, None)
    assert told.spend_unknown == "because"


def test_half_a_cent_goes_to_the_even_one() -> None:
    assert cost_of_each({"EUR": Decimal("0.05")}, 2) == {"EUR": Decimal("0.02")}
    assert cost_of_each({"EUR": Decimal("0.03")}, 2) == {"EUR": Decimal("0.02")}


def test_the_mean_is_over_all_that_are_compared() -> None:
    comparison = _comparison()
    assert _told(comparison).score.mean_change is None
    comparison.take(_id(1), _COLD, _WARM)
    comparison.take(_id(2), _COLD, _COLD)
    comparison.leave_out(_id(3), LeftOut.ABSORBED)
    assert (_told(comparison).score.changed, _told(comparison).score.mean_change) == (1, "15.250")
