"""Naive Bayes against a plain reading of the reference, in exact fractions, and the terms made of it."""

from collections.abc import Iterable
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.predict.bins import edges_of
from leadtrace.domain.predict.dataset import Row
from leadtrace.domain.predict.features import STAGE, TEAM, Features
from leadtrace.domain.predict.naive_bayes import count, percent, terms_of
from leadtrace.domain.predict.terms import MICRO, log_odds, probability
from tests.laws.predict_worlds import NUMBERS, TEXTS, features, rows

TENTH = Fraction(1, 10)
STAGES = ("inquiry", "lead", "mql", "sal", "sql", "opportunity")
Values = list[tuple[str, object]]


def shown(lead: Features, edges: dict[str, tuple[float, ...]]) -> Values:
    """Field and value of everything that a lead shows, its absences among them; without the stage."""
    values: Values = [(name, lead.texts.get(name)) for name in TEXTS]
    for name in NUMBERS:
        number = lead.numbers.get(name)
        values.append((name, None if number is None else sum(number >= edge for edge in edges[name])))
    return values + [("tag", tag) for tag in lead.tags]


class Reference:
    """Wins and losses of one group of leads, straight from the formula; `tenths` is what each count gets."""

    def __init__(self, seen: Iterable[Row], edges: dict[str, tuple[float, ...]]) -> None:
        self.seen = list(seen)
        self.edges = edges

    def of(self, field: str, value: object, *, won: bool) -> Fraction | None:
        """A count with its tenth; None if the value was never seen, or is a tag seen too rarely."""
        if field == STAGE:
            hits = [
                row
                for row in self.seen
                if row.won or STAGES.index(row.features.texts[STAGE]) >= STAGES.index(str(value))
            ]
        else:
            hits = [row for row in self.seen if (field, value) in shown(row.features, self.edges)]
        if not hits or (field == "tag" and len(hits) < 50):
            return None
        return sum(row.won is won for row in hits) + TENTH

    def total(self, field: str, *, won: bool) -> Fraction:
        """The sum over a field's values; of a stage the outcomes of the team."""
        if field == STAGE:
            return sum(row.won is won for row in self.seen) + TENTH
        values = {
            value for row in self.seen for name, value in shown(row.features, self.edges) if name == field
        }
        counts = [self.of(field, value, won=won) for value in values]
        return sum((one for one in counts if one is not None), Fraction(0))


def reference(groups: list[Reference], lead: Features) -> Fraction:
    """P over groups whose counts are added up, each with its own tenths."""
    scores = {}
    for won in (True, False):
        team = sum((group.total(STAGE, won=won) for group in groups), Fraction(0))
        both = sum((group.total(STAGE, won=side) for group in groups for side in (True, False)), Fraction(0))
        score = team / both
        for field, value in [(STAGE, lead.texts[STAGE]), *shown(lead, groups[0].edges)]:
            counts = [group.of(field, value, won=won) for group in groups]
            if any(one is not None for one in counts):
                mine = sum((one for one in counts if one is not None), Fraction(0))
                score *= mine / sum((group.total(field, won=won) for group in groups), Fraction(0))
        scores[won] = score
    return scores[True] / (scores[True] + scores[False])


@given(rows(), st.lists(features(staged=True), min_size=1, max_size=4))
def test_percent_is_the_formula_of_the_reference(seen: list[Row], asked: list[Features]) -> None:
    """Tolerance: floats may round a tie of the second decimal to the other side than exact fractions."""
    edges = {
        name: edges_of(row.features.numbers[name] for row in seen if name in row.features.numbers)
        for name in NUMBERS
    }
    frequencies = count(seen, texts=(*TEXTS, STAGE, TEAM), numbers=NUMBERS)
    teams = {row.features.texts.get(TEAM) for row in seen}
    groups = {
        team: Reference([row for row in seen if row.features.texts.get(TEAM) == team], edges)
        for team in teams
    }
    for lead in asked:
        team = lead.texts.get(TEAM)
        own = [groups[team]] if team is not None and team in groups else list(groups.values())
        exact = 100 * reference(own, lead)
        said = percent(frequencies, lead)
        assert said == round(said, 2)
        assert abs(Fraction(said) - exact) <= Fraction(1, 200) + Fraction(1, 10**9)


@given(rows(), features(staged=True))
def test_terms_say_the_same_as_the_percentage(seen: list[Row], lead: Features) -> None:
    """Tolerance: half of the second decimal, and half a millionth of log-odds for each contribution."""
    frequencies = count(seen, texts=(*TEXTS, STAGE, TEAM), numbers=NUMBERS)
    score = terms_of(frequencies, lead.texts.get(TEAM))
    apart = 100 * probability(log_odds(score, lead)) - percent(frequencies, lead)
    assert abs(apart) <= 0.005 + 100 * 0.25 * (len(score.parts) + 4) * 0.5 / MICRO + 1e-9


@given(rows().flatmap(lambda seen: st.tuples(st.just(seen), st.permutations(seen))))
def test_the_order_of_rows_changes_nothing(both: tuple[list[Row], list[Row]]) -> None:
    seen, other = both
    one, two = (count(some, texts=(*TEXTS, STAGE, TEAM), numbers=NUMBERS) for some in (seen, other))
    assert one == two
    assert terms_of(one) == terms_of(two)


def test_a_tag_counts_from_fifty_outcomes_on() -> None:
    """Drawn tables are too small to reach it, so here is one that does, against the same reference."""
    lead = Features({STAGE: "lead"}, {}, ("vip",))
    seen = [Row(f"{n}", n, n, won=n % 3 == 0, features=lead) for n in range(60)]
    seen += [
        Row(f"{n}", n, n, won=n % 2 == 0, features=Features({STAGE: "mql"}, {}, ("price",)))
        for n in range(60, 120)
    ]
    for size in (60, 109, 110, 120):
        edges: dict[str, tuple[float, ...]] = dict.fromkeys(NUMBERS, ())
        exact = 100 * reference([Reference(seen[:size], edges)], lead)
        said = percent(count(seen[:size], texts=(*TEXTS, STAGE), numbers=NUMBERS), lead)
        assert abs(Fraction(said) - exact) <= Fraction(1, 200)
