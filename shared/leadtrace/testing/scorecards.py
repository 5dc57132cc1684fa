"""Hypothesis strategies of definitions and of what scoring reads, such that rules and caps are often met."""

from itertools import product

from hypothesis import strategies as st

from leadtrace.domain.definitions.model import (
    AccountRule,
    Bands,
    Clause,
    Definitions,
    Disqualifier,
    FitCase,
    FitGrades,
    FitRule,
    Grades,
    Intent,
    IntentGrades,
    Scorecard,
    Signal,
    SignalGroup,
    StageClauses,
    StageMeaning,
    Threshold,
    TouchTest,
)
from leadtrace.domain.fact import Value
from leadtrace.events.catalogue import Code
from leadtrace.events.lead import LADDER, Stage
from leadtrace.testing.attribution_terms import attributions, costs
from leadtrace.testing.handovers import handovers
from leadtrace.testing.strategies import Values

CHANNELS = ("paid_search", "Email", " social", "direct", None)
SIGNALS = ("demo_request", "download", None, None)
PAGES = ("/pricing/a", "https://acme.example/Pricing", "/", None)

_PROPERTIES: dict[str, tuple[str | None, ...]] = {
    "company_domain": ("acme.example", "rival.example", "", None),
    "seniority": ("c_level", "Manager", "junior", None),
    "employees": ("9", "50", "5000.5", "many", None),
    "acquisition_channel": ("email", "direct"),
    "not_in_any_rule": ("x", None),
}


def _thousandths(lowest: int, highest: int) -> st.SearchStrategy[float]:
    return st.integers(lowest * 1000, highest * 1000).map(lambda millipoints: millipoints / 1000)


def scoring_values() -> dict[Code, st.SearchStrategy[Values]]:
    """For every lead code what scoring keeps of such an event."""
    pairs = st.sampled_from(
        [pair for name, values in _PROPERTIES.items() for pair in product([name], values)]
    )
    properties = st.lists(pairs, max_size=3).map(_flat)
    blank = (None,) * 6
    touch = st.builds(
        lambda channel, source, page, signal: (channel, source, *blank, page, signal),
        st.sampled_from(CHANNELS),
        st.sampled_from(("google", None)),
        st.sampled_from(PAGES),
        st.sampled_from(SIGNALS),
    )
    nothing: st.SearchStrategy[Values] = st.just(())
    return {
        Code.LEAD_CAPTURED: properties,
        Code.LEAD_UPDATED: properties,
        Code.LEAD_STAGE_CHANGED: st.builds(_claim, st.sampled_from(Stage), st.sampled_from(((), (), (1,)))),
        Code.LEAD_OWNER_CHANGED: nothing,
        Code.LEAD_DELETED: nothing,
        Code.LEAD_RESTORED: nothing,
        Code.TOUCHPOINT_RECORDED: touch,
    }


def _claim(stage: Stage, asserted: Values) -> Values:
    return (stage.value, *asserted)


def _flat(pairs: list[tuple[str, str | None]]) -> Values:
    values: list[Value] = []
    for pair in pairs:
        values += pair
    return tuple(values)


@st.composite
def definitions(draw: st.DrawFn) -> Definitions:
    """Definitions of one shape with drawn points, half-lives, caps and thresholds."""
    return Definitions(
        id="drawn",
        version=1,
        stages=tuple(StageMeaning(stage=stage, means=stage.name) for stage in LADDER),
        scorecard=Scorecard(
            fit=_fit(draw),
            intent=_intent(draw),
            bands=_bands(draw),
            grades=Grades(fit=FitGrades(a=20.0, b=5.0), intent=IntentGrades(one=20.0, two=5.0)),
            disqualifiers=(
                Disqualifier(id="rival", property="company_domain", equals="rival.example"),
                Disqualifier(id="tiny", property="employees", any_of=("9",)),
            ),
            account=draw(st.one_of(st.none(), account_rules())),
        ),
        qualification=(
            StageClauses(stage=Stage.MARKETING_QUALIFIED, clauses=_marketing_clauses(draw)),
            StageClauses(
                stage=Stage.SALES_QUALIFIED,
                clauses=(
                    Clause(id="is_mql", qualified=Stage.MARKETING_QUALIFIED),
                    Clause(id="accepted", reached=Stage.SALES_ACCEPTED),
                    Clause(id="wanted", intent_at_least=draw(_thousandths(0, 20))),
                ),
            ),
        ),
        handover=draw(st.one_of(st.none(), handovers())),
        attribution=draw(attributions()),
        costs=draw(costs()),
    )


def _fit(draw: st.DrawFn) -> tuple[FitRule, ...]:
    points = _thousandths(-20, 20)
    return (
        FitRule(
            id="domain",
            property="company_domain",
            unknown=draw(points),
            cases=(FitCase(known=True, points=draw(points)),),
        ),
        FitRule(
            id="seniority",
            property="seniority",
            unknown=draw(points),
            otherwise=draw(points),
            cases=(
                FitCase(any_of=("C_Level", "vp"), points=draw(points)),
                FitCase(prefix="man", points=draw(points)),
                FitCase(suffix="or", points=draw(points)),
                FitCase(has=("junior", "intern"), points=draw(points)),
            ),
        ),
        FitRule(
            id="size",
            property="employees",
            unknown=draw(points),
            cases=(
                FitCase(at_least=5000.0, points=draw(points)),
                FitCase(at_least=50.0, points=draw(points)),
            ),
        ),
    )


def _intent(draw: st.DrawFn) -> Intent:
    cap = st.one_of(st.none(), _thousandths(1, 40))
    days = _thousandths(1, 30)
    points = _thousandths(1, 20)
    return Intent(
        cap_per_day=draw(cap),
        groups=(SignalGroup(id="visits", cap=draw(_thousandths(1, 40))),),
        signals=(
            Signal(
                id="demo",
                match=TouchTest(signal=("demo_request",)),
                points=draw(points),
                half_life_days=draw(days),
                cap=draw(cap),
                once_only=draw(st.booleans()),
            ),
            Signal(
                id="pricing",
                match=TouchTest(page_prefix=("/pricing",)),
                points=draw(points),
                half_life_days=draw(days),
                cap=draw(cap),
                group="visits",
            ),
            Signal(
                id="search",
                match=TouchTest(channel=("paid_search", "direct"), source=("Google",)),
                points=draw(points),
                half_life_days=draw(days),
                cap=draw(cap),
                group="visits",
            ),
            Signal(
                id="tired",
                match=TouchTest(channel=("email",)),
                points=-draw(points),
                half_life_days=draw(days),
            ),
        ),
    )


def account_rules() -> st.SearchStrategy[AccountRule]:
    """Rules that a handful of people meet, and whose cap is met."""
    return st.builds(
        AccountRule,
        people_at_least=st.integers(1, 3),
        points_per_person=_thousandths(1, 5),
        half_life_days=_thousandths(1, 30),
        cap=_thousandths(5, 12),
    )


def _bands(draw: st.DrawFn) -> Bands:
    leave, width, gap = (draw(_thousandths(1, 10)) for _ in range(3))
    enter = round(leave + width, 3)
    return Bands(
        warm=Threshold(enter_at=enter, leave_below=leave),
        hot=Threshold(enter_at=round(enter + gap, 3), leave_below=round(leave + gap, 3)),
    )


def _marketing_clauses(draw: st.DrawFn) -> tuple[Clause, ...]:
    return (
        Clause(id="domain", known="company_domain"),
        Clause(id="touched", touches_at_least=draw(st.integers(1, 3))),
        Clause(id="warm", band_at_least="warm"),
        Clause(id="score", score_at_least=draw(_thousandths(-5, 20))),
    )
