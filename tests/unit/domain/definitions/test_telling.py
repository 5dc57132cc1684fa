"""What is said of definitions: every clause, rule, signal and band in words, and whose it is."""

from pathlib import Path

import pytest

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.model import Clause, Signal, TouchTest
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.property_test import PropertyTest
from leadtrace.domain.definitions.telling import clause_sentences, tell
from leadtrace.domain.definitions.words import (
    clause_words,
    plain,
    property_words,
    signal_words,
    touch_words,
)
from leadtrace.events.lead import Stage

TEXT = (Path(__file__).parents[4] / "definitions" / "v1.yaml").read_text(encoding="utf-8")
TOLD = tell(parse_definitions(TEXT.encode(), "v1.yaml"))


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (Clause(id="a", score_at_least=30.5), "the score, fit plus intent, is at least 30.5 points"),
        (Clause(id="a", fit_at_least=1.0), "fit is at least 1 point"),
        (Clause(id="a", intent_at_least=0.0), "intent is at least 0 points"),
        (Clause(id="a", band_at_least="warm"), "the band is warm or hot"),
        (Clause(id="a", band_at_least="hot"), "the band is hot"),
        (Clause(id="a", touches_at_least=1), "there is at least 1 touchpoint"),
        (Clause(id="a", touches_at_least=3), "there are at least 3 touchpoints"),
        (Clause(id="a", known="budget"), "budget is known"),
        (Clause(id="a", known="{value}"), "{value} is known"),
        (Clause(id="a", reached=Stage.SALES_ACCEPTED), "the CRM has said sal or a later stage"),
        (Clause(id="a", qualified=Stage.MARKETING_QUALIFIED), "everything that mql requires holds"),
    ],
)
def test_a_clause_is_a_sentence_that_holds_or_does_not(clause: Clause, words: str) -> None:
    assert clause_words(clause) == words


def test_tests_on_properties_and_touchpoints_are_said_with_all_their_values() -> None:
    assert property_words("p", PropertyTest(any_of=("a", "b"))) == "p is one of a, b"
    assert property_words("p", PropertyTest(equals="a")) == "p is a"
    assert property_words("p", PropertyTest(prefix="a")) == "p begins with a"
    assert property_words("p", PropertyTest(suffix=".a")) == "p ends with .a"
    assert property_words("p", PropertyTest(has=("a", "b"))) == "p holds a or b"
    assert property_words("p", PropertyTest(at_least=1e6)) == "p is at least 1000000"
    assert property_words("p", PropertyTest(known=True)) == "p is known"
    touch = TouchTest(channel=("email",), signal=("a", "b", "c"), page_prefix=("/x", "/y"))
    assert touch_words(touch) == "channel is email and signal is a, b or c and page begins with /x or /y"
    once = Signal(id="s", match=touch, points=1, half_life_days=1, cap=2.5, once_only=True)
    assert signal_words(once, ()) == (
        "1 point, half as much after 1 day; the first touchpoint alone counts; never more than 2.5"
    )
    assert plain(1e-3) == "0.001"


def test_the_shipped_stages_say_what_they_require_and_whose_they_are() -> None:
    stages = {stage.stage: stage for stage in TOLD.stages}
    assert [clause.id for clause in stages["mql"].clauses] == [
        "company_known",
        "touched",
        "fits",
        "interested",
    ]
    assert [(clause.test, clause.value) for clause in stages["sql"].clauses] == [
        ("qualified", "mql"),
        ("reached", "sal"),
        ("intent_at_least", 8.0),
    ]
    assert (stages["mql"].owner, stages["sql"].owner) == ("marketing", "sales")
    assert stages["lead"].clauses == ()


def test_whatever_names_no_owner_has_that_of_the_file() -> None:
    owners = {rule.id: rule.owner for rule in TOLD.fit}
    assert (owners["company"], owners["budget"]) == ("marketing and sales", "sales")
    other = tell(parse_definitions(TEXT.replace("owner: marketing and sales", "owner: us").encode(), "x"))
    assert {rule.owner for rule in other.fit} == {"us", "sales"}
    assert {band.owner for band in other.bands} | {grade.owner for grade in other.grades} == {"us"}


def test_an_owner_judges_nothing_and_changes_no_hash() -> None:
    renamed = TEXT.replace("owner: marketing and sales", "owner: us").replace("owner: sales", "owner: ben")
    definitions = parse_definitions(renamed.encode(), "x")
    assert definitions != parse_definitions(TEXT.encode(), "x")
    # The hash that stands on every score: a change of it would refold them all.
    assert content_hash(definitions) == "23c1cd5ebe7f767863749115358f662c149fcec6e251d801de8118c5e1d3ffec"


def test_priorities_judge_nothing_either() -> None:
    sooner = TEXT.replace("{hot: 4, warm: 48}", "{hot: 1.5}")
    definitions = parse_definitions(sooner.encode(), "x")
    assert content_hash(definitions) == content_hash(parse_definitions(TEXT.encode(), "v1.yaml"))
    assert [(clock.band, clock.owner, clock.words) for clock in tell(definitions).clocks] == [
        ("hot", "sales", "contacted within 1.5 hours of entering the band")
    ]
    without = parse_definitions(TEXT[: TEXT.index("priorities:")].encode(), "x")
    assert tell(without).clocks == ()


def test_what_an_account_adds_is_said_and_judges() -> None:
    account = TOLD.account
    assert account is not None
    assert (account.owner, account.property, account.cap) == ("marketing", "company_domain", 16.0)
    assert account.words == (
        "4 points for each active lead of the same company_domain, half as much after 14 days and none after "
        "56 days; from 2 of them on; never more than 16; added when read"
    )
    start = TEXT.index("  account:\n")
    without = parse_definitions((TEXT[:start] + TEXT[TEXT.index("  # Bands of fit") :]).encode(), "x")
    assert tell(without).account is None
    assert content_hash(without) != TOLD.hash


def test_what_a_verdict_may_name_as_failed_has_words() -> None:
    sentences = clause_sentences(parse_definitions(TEXT.encode(), "v1.yaml"))
    assert sentences["mql", "fits"] == "fit is at least 20 points"
    assert sentences["sql", "disqualifier:test_record"].startswith(
        "it is not so that company_domain is one of"
    )


def test_bands_and_grades_are_told_from_the_highest_down() -> None:
    assert [(band.band, band.enter_at) for band in TOLD.bands] == [("hot", 60), ("warm", 30), ("cold", None)]
    assert [grade.grade for grade in TOLD.grades] == ["A", "B", "C", "1", "2", "3"]
