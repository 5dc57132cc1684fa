"""The terms of attribution and of costs as exact numbers: by table, and by what the files say."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.cost_terms import CostOfStage, CostTerms, cost_terms
from leadtrace.domain.credits.terms import CustomShares, attribution_terms
from leadtrace.domain.definitions.attribution import (
    Attribution,
    ChannelGroups,
    ChannelRule,
    ChannelTest,
    CustomWeights,
    PathTerms,
    PathTransform,
)
from leadtrace.domain.definitions.costs import Costs, StageCost, StageCosts
from leadtrace.domain.money import split
from leadtrace.events.lead import Stage
from leadtrace.testing.attribution_terms import attributions, custom_weights
from leadtrace.testing.attribution_terms import costs as drawn_costs


def test_terms_that_say_nothing_are_the_defaults() -> None:
    terms = attribution_terms(Attribution())
    assert (terms.lookback_days, terms.transform, terms.drop_direct) == (90, PathTransform.UNIQUE, False)
    assert terms.direct_channels == {"direct_traffic", "direct"}
    assert terms.half_life_days == Decimal(30)
    assert (terms.custom, terms.roles, terms.target_roas) == (None, {}, None)
    assert terms.channel_of(("Email", "a", "b")) == "Email"
    assert terms is attribution_terms(Attribution())
    assert cost_terms(Costs()) == CostTerms(None, {})


def test_numbers_are_those_that_were_written() -> None:
    terms = attribution_terms(
        Attribution(
            half_life_days=0.1,
            custom=CustomWeights(first_touch=0.2251, lead_created=0.2249, closed=0.1),
            target_roas=3.3,
            path=PathTerms(direct_channels=(" Direct ", "none")),
        )
    )
    assert (terms.half_life_days, terms.target_roas) == (Decimal("0.1"), Decimal("3.3"))
    assert terms.custom == CustomShares(2_251, 2_249, 0, 1_000)
    assert terms.custom.others == 4_500
    assert [terms.is_direct(one) for one in ("direct", " NONE", "email", None)] == [True, True, False, False]


def test_channels_are_called_by_the_rules() -> None:
    rule = ChannelRule(channel="paid_search", when=(ChannelTest(dimension="medium", equals="cpc"),))
    terms = attribution_terms(Attribution(channels=ChannelGroups(rules=(rule,))))
    assert terms.channel_of(("ads", "google", "CPC", None, None, None)) == "paid_search"
    assert terms.channel_of(("ads", "google", None, None, None, None)) == "ads"


def test_leads_weigh_by_their_role_and_equally_where_nobody_would_count() -> None:
    terms = attribution_terms(Attribution(roles={"Decision_Maker": 3, "user": 0}))
    assert terms.contact_weights([" decision_maker", "USER", "champion", None]) == [3, 0, 1, 1]
    assert terms.contact_weights(["user", "User"]) == [1, 1]
    assert terms.contact_weights([]) == []
    assert attribution_terms(Attribution()).contact_weights(["decision_maker", None]) == [1, 1]


def test_money_is_counted_in_the_minor_units_of_its_currency() -> None:
    stages = StageCosts(
        sal=StageCost(amount="40.5", currency="EUR"), sql=StageCost(amount="12000", currency="JPY")
    )
    assert cost_terms(Costs(gross_margin=0.7001, per_stage=stages)) == CostTerms(
        Decimal("0.7001"),
        {Stage.SALES_ACCEPTED: CostOfStage(4_050, "EUR"), Stage.SALES_QUALIFIED: CostOfStage(12_000, "JPY")},
    )


@given(custom_weights())
def test_shares_of_custom_sum_to_one_exactly(weights: CustomWeights) -> None:
    shares = attribution_terms(Attribution(custom=weights)).custom
    assert shares is not None
    given = [Fraction(repr(getattr(weights, name))) for name in weights.__struct_fields__]
    told = (shares.first_touch, shares.lead_created, shares.opportunity_created, shares.closed)
    assert [Fraction(one, 10_000) for one in told] == given
    assert shares.others >= 0
    assert sum(told) + shares.others == 10_000


_ROLES = st.sampled_from(("decision_maker", "champion", " USER ", "other", "", None))


@given(attributions(), st.lists(_ROLES, min_size=1, max_size=6), st.integers(-(10**12), 10**12))
def test_any_deal_can_be_divided_by_the_weights(
    block: Attribution, roles: list[str | None], amount: int
) -> None:
    assert sum(split(amount, attribution_terms(block).contact_weights(roles))) == amount


@given(drawn_costs())
def test_costs_are_those_that_were_written(block: Costs) -> None:
    terms = cost_terms(block)
    assert (terms.gross_margin is None) == (block.gross_margin is None)
    if block.gross_margin is not None:
        assert terms.gross_margin == Decimal(repr(block.gross_margin))
    for stage in Stage:
        written = None if block.per_stage is None else getattr(block.per_stage, stage, None)
        cost = terms.per_stage.get(stage)
        assert (cost is None) == (written is None)
        if cost is not None and written is not None:
            assert (cost.currency, Decimal(cost.amount) / 100) == (written.currency, Decimal(written.amount))
