"""The terms of costs: every rule of their lint broken once, what they say, what their hash is of."""

from pathlib import Path

import pytest

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.costs import Costs, StageCosts
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.domain.definitions.telling import tell
from leadtrace.events.lead import LADDER

SHIPPED = (Path(__file__).parents[4] / "definitions" / "v1.yaml").read_text(encoding="utf-8")
WITHOUT = SHIPPED[: SHIPPED.index("\n# The terms of attribution")]
BLOCK = """
costs:
  owner: sales
  gross_margin: 0.7
  per_stage:
    sal: {amount: "40.00", currency: EUR}
    sql: {amount: "12000", currency: JPY}
"""
SHARE = "write a number from 0 to 1, such as 0.25"
AMOUNT = 'write a decimal number of 0 or more, between quotes: "120.00"'

# (old text of the block, new text, key, rule, remedy)
BROKEN = [
    ("0.7", "1.01", "costs.gross_margin", "1.01 is not within 0 and 1", SHARE),
    ("0.7", "-0.1", "costs.gross_margin", "-0.1 is not within 0 and 1", SHARE),
    (
        "0.7",
        "0.70001",
        "costs.gross_margin",
        "0.70001 is not a number with at most 4 digits after the point",
        SHARE,
    ),
    ("gross_margin:", "margin:", "costs.margin", "is no key here", "did you mean `gross_margin`?"),
    ('"40.00"', '"-1"', "costs.per_stage.sal.amount", "'-1' is no amount of money", AMOUNT),
    ('"40.00"', '"40,00"', "costs.per_stage.sal.amount", "'40,00' is no amount of money", AMOUNT),
    ('"40.00"', '""', "costs.per_stage.sal.amount", "'' is no amount of money", AMOUNT),
    (
        '"40.00"',
        "40.00",
        "costs.per_stage.sal.amount",
        "Expected `str`, got `float`",
        "write a text, between quotes",
    ),
    (
        '"40.00"',
        '"40.001"',
        "costs.per_stage.sal.amount",
        "40.001 is finer than EUR is counted",
        "write at most 2 digits after the point",
    ),
    (
        '"12000"',
        '"12000.5"',
        "costs.per_stage.sql.amount",
        "12000.5 is finer than JPY is counted",
        "write at most 0 digits after the point",
    ),
    (
        "currency: EUR",
        "currency: euro",
        "costs.per_stage.sal.currency",
        "'euro' is no code of a currency",
        "write three capital letters, such as EUR",
    ),
    ("sql:", "sqk:", "costs.per_stage.sqk", "is no key here", "did you mean `sql`?"),
    ("sal:", "recycled:", "costs.per_stage.recycled", "is no key here", f"known here: {', '.join(LADDER)}"),
]


def parsed(block: str) -> Definitions:
    return parse_definitions((WITHOUT + block).encode(), "v1.yaml")


@pytest.mark.parametrize(("old", "new", "key", "rule", "remedy"), BROKEN)
def test_a_broken_rule_is_found_and_nothing_else(
    old: str, new: str, key: str, rule: str, remedy: str
) -> None:
    assert BLOCK.count(old) == 1, f"{old!r} is not the name of one place"
    with pytest.raises(DefinitionsError) as caught:
        parsed(BLOCK.replace(old, new))
    (problem,) = caught.value.problems
    assert (problem.key, problem.rule, problem.remedy) == (key, rule, remedy)
    assert problem.line > len(WITHOUT.splitlines())


def test_costs_of_no_stage_are_refused() -> None:
    with pytest.raises(DefinitionsError) as caught:
        parsed("\ncosts: {per_stage: {}}\n")
    (problem,) = caught.value.problems
    assert (problem.key, problem.rule) == ("costs.per_stage", "is empty")
    assert problem.remedy == f"say what a lead costs at one of {', '.join(LADDER)}, or take it out"


def test_every_rung_of_the_ladder_may_have_its_costs() -> None:
    assert StageCosts.__struct_fields__ == tuple(stage.value for stage in LADDER)


def test_everything_is_told_in_values_and_in_words() -> None:
    said = tell(parsed(BLOCK)).costs
    assert (said.owner, said.words, said.gross_margin) == ("sales", "70% of revenue is gross margin", 0.7)
    assert [(row.stage, row.amount, row.currency, row.words) for row in said.per_stage] == [
        ("sal", "40.00", "EUR", "each lead that enters sal costs sales 40.00 EUR"),
        ("sql", "12000", "JPY", "each lead that enters sql costs sales 12000 JPY"),
    ]


def test_without_a_margin_it_is_said_what_cannot_be_told() -> None:
    assert parsed("").costs == Costs()
    said = tell(parsed("")).costs
    assert (said.gross_margin, said.per_stage, said.owner) == (None, (), "marketing and sales")
    assert said.words == "no gross margin is named, so that ROMI, payback and lifetime value cannot be told"


def test_costs_are_part_of_the_hash_and_their_owners_are_not() -> None:
    before = content_hash(parsed(""))
    assert content_hash(parsed("\ncosts: {owner: us}\n")) == before
    blocks = (
        "gross_margin: 0.7",
        "gross_margin: 0",
        'per_stage: {sal: {amount: "1", currency: EUR}}',
        'per_stage: {sal: {amount: "2", currency: EUR}}',
        'per_stage: {sql: {amount: "1", currency: EUR}}',
        'per_stage: {sal: {amount: "1", currency: USD}}',
    )
    hashes = {content_hash(parsed(f"\ncosts: {{{block}}}\n")) for block in blocks}
    assert len(hashes | {before}) == len(blocks) + 1
