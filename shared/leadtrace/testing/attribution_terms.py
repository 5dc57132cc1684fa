"""Hypothesis strategies of the terms of attribution and of costs that pass the lint."""

from hypothesis import strategies as st

from leadtrace.domain.definitions.attribution import (
    DIMENSIONS,
    Attribution,
    ChannelGroups,
    ChannelRule,
    ChannelTest,
    CustomWeights,
    PathTerms,
    PathTransform,
)
from leadtrace.domain.definitions.costs import Costs, StageCost, StageCosts
from leadtrace.domain.definitions.ten_thousandths import ONE
from leadtrace.events.lead import LADDER


def attributions() -> st.SearchStrategy[Attribution]:
    """Terms of every kind, those of a file that says nothing of attribution among them."""
    drawn = st.builds(
        Attribution,
        lookback_days=st.integers(1, 3_650),
        path=_paths(),
        half_life_days=st.integers(1, 400).map(lambda quarters: quarters / 4),
        custom=st.none() | custom_weights(),
        roles=st.none()
        | st.dictionaries(
            st.sampled_from(("decision_maker", "Champion", "user")), st.integers(0, 1_000), min_size=1
        ),
        target_roas=st.none() | _shares(1, 100 * ONE),
        channels=st.none() | channel_groups(),
    )
    return st.just(Attribution()) | drawn


def costs() -> st.SearchStrategy[Costs]:
    """Terms of costs, those of a file that says nothing of them among them."""
    money = st.builds(
        lambda cents, currency: StageCost(amount=f"{cents / 100:.2f}", currency=currency),
        st.integers(0, 100_000),
        st.sampled_from(("EUR", "USD")),
    )
    stages = st.dictionaries(st.sampled_from(LADDER), money, min_size=1).map(
        lambda given: StageCosts(**given)
    )
    return st.builds(Costs, gross_margin=st.none() | _shares(0, ONE), per_stage=st.none() | stages)


def channel_groups() -> st.SearchStrategy[ChannelGroups]:
    """One to four rules, no two of which ask the same."""
    tests = st.sampled_from(DIMENSIONS).flatmap(_tests)
    rules = st.builds(
        ChannelRule,
        channel=st.sampled_from(("paid_search", "events", "email")),
        when=st.lists(tests, min_size=1, max_size=2).map(tuple),
    )
    unlike = st.lists(rules, min_size=1, max_size=4, unique_by=lambda rule: rule.when)
    return unlike.map(lambda drawn: ChannelGroups(rules=tuple(drawn)))


def _tests(dimension: str) -> st.SearchStrategy[ChannelTest]:
    texts, asked = st.sampled_from(("Google", "cpc", "spring ", "/pricing")), st.just(dimension)
    return st.one_of(
        st.builds(ChannelTest, dimension=asked, any_of=st.sampled_from((("google", "BING"), ("cpc",)))),
        st.builds(ChannelTest, dimension=asked, equals=texts),
        st.builds(ChannelTest, dimension=asked, prefix=texts),
        st.builds(ChannelTest, dimension=asked, suffix=texts),
        st.just(ChannelTest(dimension=dimension, known=True)),
    )


@st.composite
def custom_weights(draw: st.DrawFn) -> CustomWeights:
    """Weights that sum to 1 at most, and not all of which are 0."""
    cuts = sorted(draw(st.lists(st.integers(0, ONE), min_size=4, max_size=4)))
    parts = [after - before for before, after in zip((0, *cuts), cuts, strict=False)]
    if not any(parts):
        parts[0] = ONE
    return CustomWeights(
        first_touch=parts[0] / ONE,
        lead_created=parts[1] / ONE,
        opportunity_created=parts[2] / ONE,
        closed=parts[3] / ONE,
    )


def _paths() -> st.SearchStrategy[PathTerms]:
    return st.builds(
        PathTerms,
        transform=st.sampled_from(PathTransform),
        drop_direct=st.booleans(),
        direct_channels=st.sampled_from((("direct_traffic", "direct"), ("none",))),
    )


def _shares(lowest: int, highest: int) -> st.SearchStrategy[float]:
    return st.integers(lowest, highest).map(lambda counted: counted / ONE)
