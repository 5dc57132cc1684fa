"""What an account adds: the same in any order, more with more people, capped, exact at any moment."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.definitions.bounds import ACCOUNT_PEOPLE, ACTIVE_HALF_LIVES
from leadtrace.domain.definitions.model import AccountRule
from leadtrace.domain.scoring.account import Person, PreparedAccount
from leadtrace.testing.scorecards import account_rules

# Closer than this to half a millipoint the reference may round either way.
TIE = Decimal("1e-9")
MOMENTS = st.integers(0, 150 * DAY_US)
PEOPLE = st.lists(
    st.builds(Person, st.integers(0, 10**6).map(str), st.one_of(MOMENTS, st.sampled_from((0, DAY_US)))),
    max_size=8,
    unique_by=lambda one: one.lead_id,
)


def roundings(exact: Decimal) -> set[int]:
    low, high = exact - TIE, exact + TIE
    return {int(value.to_integral_value(ROUND_HALF_EVEN)) for value in (low, exact, high)}


@given(rule=account_rules(), people=PEOPLE, at=MOMENTS, data=st.data())
def test_the_order_of_people_changes_nothing(
    rule: AccountRule, people: list[Person], at: int, data: st.DataObject
) -> None:
    prepared = PreparedAccount(rule)
    other = data.draw(st.permutations(people))
    assert prepared.points_of(people, at) == prepared.points_of(other, at)


@given(rule=account_rules(), people=PEOPLE, at=MOMENTS)
def test_each_part_is_its_own_decay_and_all_sum_to_what_is_added(
    rule: AccountRule, people: list[Person], at: int
) -> None:
    half_life = Decimal(repr(rule.half_life_days)) * DAY_US
    found = PreparedAccount(rule).points_of(people, at)
    active = [one for one in people if 0 <= at - one.touched_at < ACTIVE_HALF_LIVES * half_life]
    assert found.people == len(active)
    if len(active) < rule.people_at_least:
        assert (found.millipoints, found.parts) == (0, ())
        return
    assert {part.person for part in found.parts} == set(active)
    with localcontext(prec=60):
        for part in found.parts:
            gained = Decimal(repr(rule.points_per_person)) * 1000
            left = gained * Decimal(2) ** -(Decimal(at - part.person.touched_at) / half_life)
            assert part.millipoints in roundings(left)
    cap = round(rule.cap * 1000)
    total = sum(part.millipoints for part in found.parts)
    assert (found.millipoints, found.over_cap) == (min(total, cap), min(cap - total, 0))


@given(rule=account_rules(), people=PEOPLE, more=PEOPLE, at=MOMENTS)
def test_more_people_never_add_less(
    rule: AccountRule, people: list[Person], more: list[Person], at: int
) -> None:
    prepared = PreparedAccount(rule)
    known = {one.lead_id for one in people}
    together = [*people, *(one for one in more if one.lead_id not in known)]
    assert prepared.points_of(together, at).millipoints >= prepared.points_of(people, at).millipoints


@given(
    ages=st.lists(st.integers(0, DAY_US), min_size=ACCOUNT_PEOPLE, max_size=ACCOUNT_PEOPLE + 20),
    data=st.data(),
)
def test_of_many_the_last_ones_count_and_the_rest_is_told(ages: list[int], data: st.DataObject) -> None:
    rule = AccountRule(points_per_person=1.0, half_life_days=1.0, cap=1000.0)
    people = [Person(f"{number:03}", DAY_US - age) for number, age in enumerate(ages)]
    found = PreparedAccount(rule).points_of(data.draw(st.permutations(people)), DAY_US)
    last = sorted(people, key=lambda one: (-one.touched_at, one.lead_id))[:ACCOUNT_PEOPLE]
    assert [part.person for part in found.parts] == last
    assert (found.people, found.untold) == (len(people), len(people) - ACCOUNT_PEOPLE)
