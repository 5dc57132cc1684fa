"""Odoo's naive Bayes by hand: one small table, every rule of the reference."""

import pytest

from leadtrace.domain.predict.dataset import Row
from leadtrace.domain.predict.features import STAGE, TEAM, Features
from leadtrace.domain.predict.naive_bayes import count, percent


def rows(
    *groups: tuple[int, bool, dict[str, str]],
    tags: tuple[str, ...] = (),
    numbers: dict[str, float] | None = None,
) -> list[Row]:
    """So many rows of each kind."""
    made: list[Row] = []
    for copies, won, texts in groups:
        for _ in range(copies):
            made.append(Row(f"{len(made)}", 0, 0, won, Features(texts, numbers or {}, tags)))
    return made


def test_counts_have_a_tenth_added_and_fields_their_own_totals() -> None:
    """2 of 3 wins came from ads, 1 of 4 losses."""
    seen = rows((2, True, {"c": "ad"}), (1, True, {}), (1, False, {"c": "ad"}), (3, False, {}))
    frequencies = count(seen, texts=("c",), numbers=())
    won = (3.1 / 7.2) * (2.1 / 3.2)
    lost = (4.1 / 7.2) * (1.1 / 4.2)
    assert percent(frequencies, Features({"c": "ad"})) == round(100 * won / (won + lost), 2)


def test_what_was_never_seen_says_nothing() -> None:
    seen = rows((3, True, {"c": "ad"}), (1, False, {"c": "ad"}))
    assert percent(count(seen, texts=("c",), numbers=()), Features({"c": "fair"})) == round(310 / 4.2, 2)


def test_a_win_counts_in_all_stages_and_a_loss_in_its_own_and_earlier_ones() -> None:
    seen = rows((4, True, {STAGE: "opportunity"}), (2, False, {STAGE: "lead"}), (1, False, {STAGE: "sql"}))
    frequencies = count(seen, texts=(STAGE,), numbers=())
    stage = frequencies.pooled[STAGE]
    assert [stage[name].won for name in ("inquiry", "mql", "opportunity")] == [4.1, 4.1, 4.1]
    assert [stage[name].lost for name in ("inquiry", "lead", "mql", "sql", "opportunity")] == [
        3.1,
        3.1,
        1.1,
        1.1,
        0.1,
    ]
    won, lost = 4.1 / 7.2 * (4.1 / 4.1), 3.1 / 7.2 * (1.1 / 3.1)
    assert percent(frequencies, Features({STAGE: "mql"})) == round(100 * won / (won + lost), 2)


@pytest.mark.parametrize(("seen", "counts"), [(49, False), (50, True)])
def test_a_rare_tag_is_left_out(seen: int, counts: bool) -> None:
    frequencies = count(rows((seen - 1, True, {}), (1, False, {}), tags=("vip",)), texts=(), numbers=())
    assert ("tag" in frequencies.pooled) is counts


def test_a_team_is_judged_by_its_own_outcomes_and_a_new_one_by_all() -> None:
    seen = rows(
        (8, True, {TEAM: "north"}), (2, False, {TEAM: "north"}), (1, True, {TEAM: "south"}), (9, False, {})
    )
    frequencies = count(seen, texts=(TEAM,), numbers=())
    assert percent(frequencies, Features({TEAM: "north"})) == round(100 * 8.1 / 10.2, 2)
    # Every team and the leads without one bring their own tenth.
    assert percent(frequencies, Features({TEAM: "west"})) == round(100 * 9.3 / 20.6, 2)
    assert percent(frequencies, Features()) == percent(frequencies, Features({TEAM: "west"}))


def test_a_number_counts_by_its_interval_and_so_does_its_absence() -> None:
    low = rows((6, True, {}), (2, False, {}), numbers={"x": 1.0})
    high = rows((1, True, {}), (7, False, {}), numbers={"x": 9.0})
    none = rows((3, True, {}), (3, False, {}))
    frequencies = count(low + high + none, texts=(), numbers=("x",))
    assert frequencies.edges == {"x": (9.0,)}
    prior = 10.1 / 12.1
    for shown, ratio in (({"x": 2.0}, 6.1 / 2.1), ({"x": 10.0}, 1.1 / 7.1), ({}, 3.1 / 3.1)):
        odds = prior * ratio * (12.3 / 10.3)
        assert percent(frequencies, Features({}, shown)) == round(100 * odds / (1 + odds), 2)


def test_without_outcomes_there_is_nothing_to_say() -> None:
    with pytest.raises(ValueError, match="no outcomes"):
        percent(count([], texts=(), numbers=()), Features())
