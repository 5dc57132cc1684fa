"""Models over all journeys divide exactly what attribution credits, whatever the paths tell of money."""

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.aggregate import PathCount
from leadtrace_api.credits.credit import Key
from leadtrace_api.credits.data_driven import Won, solve
from leadtrace_api.credits.journeys import Journeys
from leadtrace_api.credits.labels import label_of
from leadtrace_api.credits.models import DataDriven
from leadtrace_api.credits.queries import CreditSum, PathSum

_MICRO = 1_000_000
_GIVING = tuple(one for one in DataDriven if one is not DataDriven.SHAPLEY_RATE)
_KEYS = st.sampled_from((None, "", "email", "search", "other"))
_AMOUNTS = st.integers(-(10**6), 10**6)


@st.composite
def _path_sums(draw: st.DrawFn) -> PathSum:
    outcome = draw(st.sampled_from(("won", "won", "lost")))
    currency = draw(st.sampled_from((None, "EUR", "BRL"))) if outcome == "won" else None
    path = tuple(draw(st.lists(_KEYS, max_size=4)))
    return PathSum(path, outcome, currency, draw(st.integers(1, 3)), draw(_AMOUNTS) if currency else 0)


@st.composite
def _still(draw: st.DrawFn) -> PathCount:
    path = tuple(label_of(key) for key in draw(st.lists(_KEYS, max_size=4)))
    return PathCount(path, 0, 0, open_micros=draw(st.integers(0, _MICRO)))


@given(
    paths=st.lists(_path_sums(), max_size=8),
    beside=st.dictionaries(st.sampled_from(("EUR", "USD")), _AMOUNTS),
    untouched=st.dictionaries(st.sampled_from(("EUR", "USD")), _AMOUNTS),
    still=st.none() | st.lists(_still(), max_size=3),
)
async def test_deals_and_money_are_divided_to_the_last_unit(
    paths: list[PathSum], beside: dict[str, int], untouched: dict[str, int], still: list[PathCount] | None
) -> None:
    """`beside` is what deals brought in a currency that their path does not tell, `still` what goes on."""
    touched = [one for one in paths if one.outcome == "won" and one.path]
    money = Counter[str]()
    for one in touched:
        if one.counted_in is not None:
            money[one.counted_in] += one.amount
    for currency, amount in beside.items() if touched else ():
        money[currency] += amount
    nobody = sum(one.journeys for one in paths if one.outcome == "won" and not one.path)
    found = await solve(
        tuple(DataDriven), Journeys(paths, weighted=still), Won(money, untouched, nobody * _MICRO)
    )
    for model in _GIVING:
        given_, apart = found.credits[model], found.credits[model][Key((None,), attributed=False)]
        assert (apart.deals, apart.revenue) == (nobody * _MICRO, untouched)
        attributed = [one for key, one in given_.items() if key.attributed]
        assert sum(one.deals for one in attributed) == sum(one.journeys for one in touched) * _MICRO
        for currency, amount in money.items():
            assert sum(one.revenue.get(currency, 0) for one in attributed) == amount


@given(paths=st.lists(_path_sums(), max_size=8), turns=st.integers(0, 7))
async def test_no_result_depends_on_how_paths_were_read(paths: list[PathSum], turns: int) -> None:
    won = Won.of(
        CreditSum(bool(one.path), (), one.counted_in, (one.amount,))
        for one in paths
        if one.outcome == "won" and one.counted_in is not None
    )
    turned = [*paths[turns:], *paths[:turns]]
    one, other = [await solve(tuple(DataDriven), Journeys(each), won) for each in (paths, turned)]
    assert (one.credits, one.rates) == (other.credits, other.rates)


async def test_a_touch_without_a_key_is_no_touch_of_an_empty_one() -> None:
    paths = [PathSum((None, ""), "won", "EUR", 1, 100)]
    won = Won({"EUR": 100}, {}, 0)
    found = await solve((DataDriven.SHAPLEY,), Journeys(paths), won)
    given_ = found.credits[DataDriven.SHAPLEY]
    assert {key: one.revenue["EUR"] for key, one in given_.items() if key.attributed} == {
        Key((None,)): 50,
        Key(("",)): 50,
    }


async def test_an_open_journey_lessens_chances_and_no_deals() -> None:
    paths, half = [PathSum(("a",), "won", "EUR", 1, 100)], PathCount(("a",), 0, 0, open_micros=500_000)
    won = Won({"EUR": 100}, {}, 0)
    found = await solve(tuple(DataDriven), Journeys(paths, weighted=[half]), won)
    assert found.counted.open_micros == 500_000
    assert found.rates == {Key(("a",)): Fraction(2, 3)}
    assert {chain.chance for chain in found.chains.values()} == {Fraction(2, 3)}
    assert {given_[Key(("a",))].deals for given_ in found.credits.values()} == {_MICRO}
