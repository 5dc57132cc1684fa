"""Every rule of the lint of attribution is broken once, and the finding says it in its very words."""

from pathlib import Path

import pytest

from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.problem import DefinitionsError, Problem

SHIPPED = (Path(__file__).parents[4] / "definitions" / "v1.yaml").read_text(encoding="utf-8")
WITHOUT = SHIPPED[: SHIPPED.index("\n# The terms of attribution")]
BLOCK = """
attribution:
  owner: marketing
  lookback_days: 180
  half_life_days: 7.5
  path:
    transform: first
    drop_direct: true
    direct_channels: [direct, none]
  custom:
    first_touch: 0.2251
    lead_created: 0.2249
    opportunity_created: 0.25
    closed: 0.25
  roles: {decision_maker: 3, champion: 2, user: 0}
  target_roas: 3.5
  channels:
    rules:
      - channel: paid_social
        when:
          - {dimension: source, in: [facebook, linkedin]}
          - {dimension: medium, equals: cpc}
      - channel: paid_search
        when: [{dimension: medium, in: [cpc, ppc]}]
    otherwise: keep
"""
ROOT, RULES = "attribution", "attribution.channels.rules"
SHARE = "write a number from 0 to 1, such as 0.25"
DAYS = "write how many days before the win a touch may lie"
ROAS = "write revenue per unit of spend, such as 3.5, or leave it out"
ROLE = "write a whole number; a role that is not named counts 1"

# (old text of the block, new text, key, rule, remedy)
BROKEN = [
    ("days: 180", "days: 0", f"{ROOT}.lookback_days", "0 is not within 1 and 3650", DAYS),
    ("days: 180", "days: 3651", f"{ROOT}.lookback_days", "3651 is not within 1 and 3650", DAYS),
    (
        "days: 180",
        "days: 1.5",
        f"{ROOT}.lookback_days",
        "Expected `int`, got `float`",
        "write a value of that kind",
    ),
    (
        "days: 7.5",
        "days: 0",
        f"{ROOT}.half_life_days",
        "0.0 is not above 0 and at most 3650",
        "write days, or leave it out",
    ),
    (
        "days: 7.5",
        "days: .nan",
        f"{ROOT}.half_life_days",
        "nan is not above 0 and at most 3650",
        "write days, or leave it out",
    ),
    (
        "transform: first",
        "transform: firs",
        f"{ROOT}.path.transform",
        "Invalid enum value 'firs'",
        "did you mean first?",
    ),
    (
        "transform: first",
        "transform: last_touch_only",
        f"{ROOT}.path.transform",
        "Invalid enum value 'last_touch_only'",
        "use one of exposure, first, unique",
    ),
    ("transform:", "trnsform:", f"{ROOT}.path.trnsform", "is no key here", "did you mean `transform`?"),
    (
        "[direct, none]",
        "[]",
        f"{ROOT}.path.direct_channels",
        "is empty",
        "list the channels of direct touches, or leave it out: direct_traffic, direct",
    ),
    (
        "[direct, none]",
        '[direct, " "]',
        f"{ROOT}.path.direct_channels",
        "holds an empty text",
        "name a channel",
    ),
    (
        "[direct, none]",
        "[direct, Direct]",
        f"{ROOT}.path.direct_channels",
        "'Direct' stands before already",
        "list each once, in any case of letters",
    ),
    ("0.2251", "-0.1", f"{ROOT}.custom.first_touch", "-0.1 is not within 0 and 1", SHARE),
    ("0.2251", "1.0001", f"{ROOT}.custom.first_touch", "1.0001 is not within 0 and 1", SHARE),
    (
        "0.2251",
        "0.22501",
        f"{ROOT}.custom.first_touch",
        "0.22501 is not a number with at most 4 digits after the point",
        SHARE,
    ),
    (
        "0.2251",
        ".inf",
        f"{ROOT}.custom.first_touch",
        "inf is not a number with at most 4 digits after the point",
        SHARE,
    ),
    (
        "closed: 0.25",
        "closed: 0.3001",
        f"{ROOT}.custom",
        "its weights sum to 1.0001, which is more than 1",
        "let them sum to 1 at most: what is left of 1 all other touches share",
    ),
    (
        "first_touch:",
        "first_tuch:",
        f"{ROOT}.custom.first_tuch",
        "is no key here",
        "did you mean `first_touch`?",
    ),
    ("champion: 2", "champion: -1", f"{ROOT}.roles.champion", "-1 is not within 0 and 1000", ROLE),
    ("champion: 2", "champion: 1001", f"{ROOT}.roles.champion", "1001 is not within 0 and 1000", ROLE),
    (
        "champion: 2",
        "champion: 1.5",
        f"{ROOT}.roles",
        "Expected `int`, got `float`",
        "write a value of that kind",
    ),
    (
        "champion: 2",
        "Decision_Maker: 2",
        f"{ROOT}.roles",
        "'Decision_Maker' stands before already",
        "list each once, in any case of letters",
    ),
    ("champion: 2", '"": 2', f"{ROOT}.roles", "holds an empty text", "name a role as the CRM does"),
    (
        "{decision_maker: 3, champion: 2, user: 0}",
        "{}",
        f"{ROOT}.roles",
        "is empty",
        "name a role with its weight, or take it out: all count equally",
    ),
    ("roas: 3.5", "roas: 0", f"{ROOT}.target_roas", "0.0 is not above 0 and at most 1000", ROAS),
    ("roas: 3.5", "roas: 1000.1", f"{ROOT}.target_roas", "1000.1 is not above 0 and at most 1000", ROAS),
    (
        "roas: 3.5",
        "roas: 0.00001",
        f"{ROOT}.target_roas",
        "1e-05 is not a number with at most 4 digits after the point",
        ROAS,
    ),
    ("channel: paid_search", 'channel: ""', f"{RULES}[1].channel", "is empty", "name the channel"),
    (
        "channel: paid_search",
        "channel: Paid_Search",
        f"{RULES}[1].channel",
        "'Paid_Search' is not in lower case",
        "write paid_search: channels are in lower case",
    ),
    (
        "[{dimension: medium, in: [cpc, ppc]}]",
        "[]",
        f"{RULES}[1].when",
        "is empty: it would take every touch",
        "ask at least one of channel, source, medium, campaign, content, outlet",
    ),
    (
        "dimension: medium, in",
        "dimension: mediun, in",
        f"{RULES}[1].when[0].dimension",
        "'mediun' is nothing that a touch says",
        "did you mean medium?",
    ),
    (
        ", in: [cpc, ppc]",
        "",
        f"{RULES}[1].when[0]",
        "has 0 operators (none)",
        "give exactly one of in, equals, at_least, prefix, suffix, has, known",
    ),
    (
        "in: [cpc, ppc]",
        'in: [cpc, ""]',
        f"{RULES}[1].when[0].in",
        "is empty or holds an empty text",
        "write what to compare with",
    ),
    (
        "[{dimension: medium, in: [cpc, ppc]}]",
        "[{dimension: source, in: [facebook, linkedin]}, {dimension: medium, equals: cpc}]",
        f"{RULES}[1]",
        "is never asked: rule 1 asks the same",
        "take one of the two out",
    ),
    (
        "wise: keep",
        "wise: drop",
        f"{ROOT}.channels.otherwise",
        "Invalid enum value 'drop'",
        "use one of keep",
    ),
    (
        "lookback_days:",
        "lookbak_days:",
        f"{ROOT}.lookbak_days",
        "is no key here",
        "did you mean `lookback_days`?",
    ),
]


def refused(block: str) -> tuple[Problem, ...]:
    with pytest.raises(DefinitionsError) as caught:
        parse_definitions((WITHOUT + block).encode(), "v1.yaml")
    return caught.value.problems


@pytest.mark.parametrize(("old", "new", "key", "rule", "remedy"), BROKEN)
def test_a_broken_rule_is_found_and_nothing_else(
    old: str, new: str, key: str, rule: str, remedy: str
) -> None:
    assert BLOCK.count(old) == 1, f"{old!r} is not the name of one place"
    (problem,) = refused(BLOCK.replace(old, new))
    assert (problem.key, problem.rule, problem.remedy) == (key, rule, remedy)
    assert problem.line > len(WITHOUT.splitlines())


def test_lists_that_hold_nothing_are_found() -> None:
    (rules,) = refused("\nattribution: {channels: {rules: []}}\n")
    assert (rules.key, rules.rule) == (RULES, "is empty")
    assert rules.remedy == "write a rule, or take `channels` out: the sender's word is kept then"
    (weights,) = refused("\nattribution: {custom: {}}\n")
    assert (weights.key, weights.rule) == (f"{ROOT}.custom", "gives no weight to any of its touches")
    assert weights.remedy == (
        "give one to at least one of first_touch, lead_created, opportunity_created, closed"
    )


def test_every_weight_that_is_none_is_named_and_no_sum_is_made_of_it() -> None:
    block = BLOCK.replace("first_touch: 0.2251", "first_touch: 2").replace("closed: 0.25", "closed: 0.00001")
    assert [problem.key for problem in refused(block)] == [
        f"{ROOT}.custom.first_touch",
        f"{ROOT}.custom.closed",
    ]
