"""What of a lead's facts becomes a feature, and that nothing from after the moment does."""

import msgspec

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.fact import Fact
from leadtrace.domain.predict.features import (
    AGE_DAYS,
    DAYS_SINCE_TOUCH,
    FIRST_CHANNEL,
    LAST_CHANNEL,
    LAST_SIGNAL,
    STAGE,
    TEAM,
    TOUCHES,
    TOUCHES_OF_A_WEEK,
    Plan,
    features_at,
    number_of,
)
from leadtrace.domain.scoring.extract import extract
from leadtrace.events.catalogue import BY_DATA, Code
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.touchpoint import TouchpointRecorded

START = 20_000 * DAY_US
PLAN = Plan(texts=("industry", "reason"), numbers=("employees",), tags=("interests",))


def told(data: msgspec.Struct, number: float, *, recorded: float | None = None) -> Fact:
    """The fact of an event `number` days after the start, recorded then unless said otherwise."""
    code = Code(BY_DATA[type(data)].code)
    at = day(number)
    key = f"{number}-{recorded}-{code}"
    values = extract(code, data)
    return Fact(
        at,
        100,
        "",
        "test",
        key,
        int(code),
        "contact/1",
        skewed=False,
        values=values,
        recorded=at if recorded is None else day(recorded),
    )


def day(number: float) -> int:
    """The moment (µs) so many days after the start."""
    return START + round(number * DAY_US)


JOURNEY = (
    told(LeadCaptured(acquisition=Acquisition(channel="email"), properties={"industry": " Retail "}), 0),
    told(TouchpointRecorded(channel="Email"), 1),
    told(LeadUpdated(properties={"employees": "50", "interests": "Price; demo;price"}), 2),
    told(LeadStageChanged(stage=Stage.SALES_QUALIFIED, claimed="SQL"), 3),
    told(TouchpointRecorded(channel="search", signal="demo_request"), 9),
    told(LeadStageChanged(stage=Stage.CUSTOMER, claimed="won"), 20),
    told(LeadUpdated(properties={"reason": "price was right", "industry": "other"}), 20),
)


def test_a_lead_as_it_stood() -> None:
    features = features_at(JOURNEY, PLAN, at=day(10), team="North")
    assert features.texts == {
        "industry": "retail",
        STAGE: "sql",
        TEAM: "north",
        FIRST_CHANNEL: "email",
        LAST_CHANNEL: "search",
        LAST_SIGNAL: "demo_request",
    }
    assert features.numbers == {
        "employees": 50.0,
        TOUCHES: 2.0,
        TOUCHES_OF_A_WEEK: 1.0,
        DAYS_SINCE_TOUCH: 1.0,
        AGE_DAYS: 10.0,
    }
    assert features.tags == ("demo", "price")


def test_what_is_not_known_is_absent_and_not_zero() -> None:
    features = features_at(JOURNEY[:1], PLAN, at=day(0.5))
    assert "employees" not in features.numbers
    assert DAYS_SINCE_TOUCH not in features.numbers
    assert features.numbers[TOUCHES] == 0.0
    assert FIRST_CHANNEL not in features.texts


def test_an_emptied_property_is_not_known_any_more() -> None:
    emptied = told(LeadUpdated(properties={"industry": None, "employees": "many"}), 5)
    features = features_at((*JOURNEY[:3], emptied), PLAN, at=day(6))
    assert "industry" not in features.texts
    assert "employees" not in features.numbers


def test_nothing_from_after_the_moment_is_seen() -> None:
    """The whole future may be handed in: it changes nothing."""
    before = features_at(JOURNEY[:5], PLAN, at=day(10))
    assert features_at(JOURNEY, PLAN, at=day(10)) == before
    assert "reason" not in before.texts


def test_what_was_told_late_was_not_known_then() -> None:
    """A CRM that fills in a property afterwards, dated back, is a leak that looks like a fact."""
    dated_back = told(LeadUpdated(properties={"reason": "won"}), 2, recorded=21)
    facts = (*JOURNEY[:5], dated_back)
    assert "reason" not in features_at(facts, PLAN, at=day(10)).texts
    assert features_at(facts, PLAN, at=day(10), as_of=day(30)).texts["reason"] == "won"


def test_a_correction_in_hindsight_takes_nothing_out_of_what_was_known() -> None:
    wrong = JOURNEY[1]
    values = (wrong.source, wrong.id, "did_not_occur", day(15), wrong.source)
    correction = Fact(
        day(15),
        100,
        "",
        "test",
        "correction",
        int(Code.EVENT_CORRECTED),
        "contact/1",
        skewed=False,
        values=values,
        recorded=day(15),
    )
    facts = (*JOURNEY[:5], correction)
    assert features_at(facts, PLAN, at=day(10)).numbers[TOUCHES] == 2.0
    assert features_at(facts, PLAN, at=day(10), as_of=day(16)).numbers[TOUCHES] == 1.0


def test_stages_that_are_outcomes_are_no_features() -> None:
    assert features_at(JOURNEY, PLAN, at=day(25)).texts[STAGE] == "sql"
    lost = (told(LeadStageChanged(stage=Stage.LOST, claimed="lost"), 1),)
    assert features_at(lost, PLAN, at=day(2)).texts[STAGE] == "inquiry"


def test_a_number_is_finite_or_none() -> None:
    assert number_of("1e3") == 1000.0
    for text in ("", "many", "nan", "inf", "1e999", "9" * 400, None):
        assert number_of(text) is None
