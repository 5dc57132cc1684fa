"""The law of the memory: what a fold remembers tells the same features as the whole set, however it came."""

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.corrections import effective
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.predict.features import Features, Plan, features_at
from leadtrace.domain.predict.keeper import Keeper
from leadtrace.domain.predict.model import Calibration, Kind, Model, store_model
from leadtrace.domain.predict.telling import Teller
from leadtrace.domain.predict.terms import Choice, Line, Steps, Tags, Terms, probability
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.state import ScoreState, decode_state, encode_state
from leadtrace.events.catalogue import Code
from leadtrace.events.lead import Stage
from leadtrace.testing.arrival import fold_as_arrived
from leadtrace.testing.scorecards import definitions, scoring_values
from leadtrace.testing.strategies import DAY_US, START_US, arrivals, facts
from tests.laws.predict_worlds import terms

LEAD = "00000000-0000-0000-0000-000000000001"
PLAN = Plan(
    texts=("seniority", "company_domain", "acquisition_channel"), numbers=("employees",), tags=("seniority",)
)
ALWAYS = START_US + 10_000 * DAY_US
# What is asked of a lead that touches and properties of these strategies can answer.
READING = Terms(
    -0.25,
    (
        Choice("seniority", {"c_level": 0.5, "manager": -0.125}, missing=-0.3, other=0.7),
        Choice("lead:stage", {"inquiry": -1.0, "sql": 2.000001}),
        Choice("touch:last_channel", {"email": 0.1}, missing=0.2),
        Line("employees", 20.0, 7.0, 1.0, 4000.0, 0.333333333, missing=-0.000001),
        Steps("touch:days_since_last", (1.0, 5.0), (0.4, 0.0, -0.7), missing=-1.1),
        Line("touch:count_7_days", 1.0, 2.0, 0.0, 9.0, 0.77),
        Line("lead:age_days", 10.0, 30.0, 0.0, 200.0, -0.123456789),
        Tags({"manager": 0.1}),
    ),
)


def _correction(number: int, of: Fact, recorded: int, at: int) -> Fact:
    values = (of.source, of.id, "did_not_occur", recorded, of.source)
    name = f"correction-{number}"
    return Fact(
        at=at,
        rank=1,
        sequence="",
        source=of.source,
        id=name,
        code=int(Code.EVENT_CORRECTED),
        subject=of.subject,
        skewed=False,
        values=values,
        recorded=recorded,
    )


@st.composite
def corrected_facts(draw: st.DrawFn) -> list[Fact]:
    """Facts, some of them corrected, some corrections corrected themselves."""
    told = draw(facts(scoring_values()))
    moments = st.integers(START_US, START_US + 130 * DAY_US)
    for number in range(draw(st.integers(0, 4)) if told else 0):
        told.append(_correction(number, draw(st.sampled_from(told)), draw(moments), draw(moments)))
    return told


@st.composite
def corrected_arrivals(draw: st.DrawFn) -> tuple[list[Fact], list[list[Fact]]]:
    """The same, and one way in which they may arrive."""
    told = draw(corrected_facts())
    return told, draw(arrivals(told))


def seen(state: ScoreState, at: int) -> Features:
    """What the fold's memory tells."""
    assert state.memory is not None
    return Keeper(PLAN).features(state.memory, at)


@given(definitions(), facts(scoring_values()).flatmap(lambda f: st.tuples(st.just(f), arrivals(f))))
def test_stepping_in_any_order_remembers_what_the_set_says(
    given_definitions: Definitions, world: tuple[list[Fact], list[list[Fact]]]
) -> None:
    fold = ScoreFold(given_definitions, plan=PLAN)
    state, _ = fold_as_arrived(fold, world[1], encode=encode_state, decode=decode_state)
    latest = max([fact.at for fact in world[0]], default=START_US)
    for later in (0, 1, DAY_US, 6 * DAY_US, 7 * DAY_US + 1, 50 * DAY_US):
        at = latest + later
        assert seen(state, at) == features_at(world[0], PLAN, at=at, as_of=ALWAYS)


@given(definitions(), corrected_arrivals(), st.integers(0, 9 * DAY_US))
def test_what_was_corrected_leaves_no_trace(
    given_definitions: Definitions, world: tuple[list[Fact], list[list[Fact]]], later: int
) -> None:
    fold = ScoreFold(given_definitions, plan=PLAN)
    state, _ = refold(fold, [fact for batch in world[1] for fact in batch])
    at = max([fact.at for fact in world[0]], default=START_US) + later
    assert seen(state, at) == features_at(world[0], PLAN, at=at, as_of=ALWAYS)


@given(definitions(), corrected_facts(), st.data())
def test_at_every_moment_between_it_was_what_was_known(
    given_definitions: Definitions, told: list[Fact], data: st.DataObject
) -> None:
    """A prefix of the world, as known at a moment: what a model is trained on and what it is asked agree."""
    at = START_US + data.draw(st.integers(-1, 130 * DAY_US))
    as_of = START_US + data.draw(st.integers(-1, 130 * DAY_US))
    by_then = [fact for fact in told if fact.recorded <= as_of]
    standing = [fact for fact in effective(by_then) if fact.at <= at]
    fold = ScoreFold(given_definitions, plan=PLAN)
    state, _ = refold(fold, standing)
    assert seen(state, at) == features_at(told, PLAN, at=at, as_of=as_of)


@given(definitions(), facts(scoring_values()), st.one_of(terms(), st.just(READING)))
def test_parts_sum_exactly_to_the_log_odds(
    given_definitions: Definitions, told: list[Fact], drawn: Terms
) -> None:
    fold = ScoreFold(given_definitions, plan=PLAN)
    state, ordered = refold(fold, told)
    model = Model(
        kind=Kind.LOGISTIC,
        horizon_days=90,
        terms=drawn,
        calibration=Calibration(1.0, 0.0),
        trained_on="",
        wins=1,
        losses=1,
    )
    predicted = fold.render(state, lead_id=LEAD, model=Teller(store_model(model, 7))).predicted
    claims = [str(fact.values[0]) for fact in ordered if fact.code == Code.LEAD_STAGE_CHANGED]
    ended = Stage.CUSTOMER.value in claims or claims[-1:] in (["lost"], ["disqualified"])
    if ended or not state.at:
        assert predicted is None
        return
    assert predicted is not None
    assert sum(part.micro for part in predicted.parts) == predicted.log_odds
    assert predicted.probability == probability(predicted.log_odds)
    assert all(part.because for part in predicted.parts)
    assert (predicted.model_version, predicted.horizon_days) == (7, 90)


@given(definitions(), facts(scoring_values()))
def test_remembering_changes_no_score(given_definitions: Definitions, told: list[Fact]) -> None:
    with_memory, without = ScoreFold(given_definitions, plan=PLAN), ScoreFold(given_definitions)
    one, other = refold(with_memory, told)[0], refold(without, told)[0]
    assert with_memory.render(one, lead_id=LEAD) == without.render(other, lead_id=LEAD)
    assert other.memory is None
    assert with_memory.version != without.version


@given(definitions(), st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_what_is_remembered_stays_small(given_definitions: Definitions, pauses: list[int]) -> None:
    """However long the values are and however many touches there are."""
    fold = ScoreFold(given_definitions, plan=PLAN)
    state, at = fold.initial(), START_US
    long = ("seniority", "x;" * 50_000, "employees", "9" * 90_000)
    for number, pause in enumerate(pauses):
        at += pause * DAY_US // 8
        for code, values in ((Code.TOUCHPOINT_RECORDED, ("email",)), (Code.LEAD_UPDATED, long)):
            name = f"{number}-{code}"
            told = Fact(at, 1, "", "crm", name, code, "contact/1", skewed=False, values=values)
            fold.step(state, told)
    assert state.memory is not None
    assert len(state.memory.week) <= 7
    assert len(encode_state(state)) < 8_192
