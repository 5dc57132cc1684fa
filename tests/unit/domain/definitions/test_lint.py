"""Every rule of the lint is broken once, and the finding names key, line and remedy."""

from pathlib import Path

import pytest

from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.problem import DefinitionsError

TEXT = (Path(__file__).parents[4] / "definitions" / "v1.yaml").read_text(encoding="utf-8")

DISQUALIFIER = "    - {id: competitor, property: p, known: true}\n"

HOURS = "contact_within_hours: {hot: 4, warm: 48}"
ACCOUNT = "scorecard.account"
IN_HOURS = "priorities.contact_within_hours"

# (old text, new text, key, words of the rule)
BROKEN = [
    (HOURS, "contact_within_hours: {hot: 0}", f"{IN_HOURS}.hot", "0.0 is not above 0 and at most 8784"),
    (HOURS, "contact_within_hours: {warm: .inf}", f"{IN_HOURS}.warm", "inf is not above 0"),
    (HOURS, "contact_within_hours: {warm: 9000}", f"{IN_HOURS}.warm", "9000.0 is not above 0"),
    (HOURS, "contact_within_hours: {hot: 4, warm: 3}", f"{IN_HOURS}.hot", "is above warm"),
    (
        "    property: company_domain\n    people",
        '    property: ""\n    people',
        f"{ACCOUNT}.property",
        "is empty",
    ),
    ("people_at_least: 2", "people_at_least: 0", f"{ACCOUNT}.people_at_least", "0 is not within 1 and 100"),
    ("points_per_person: 4", "points_per_person: -1", f"{ACCOUNT}.points_per_person", "-1.0 is not above 0"),
    ("points_per_person: 4", "points_per_person: 20", f"{ACCOUNT}.cap", "is below points_per_person"),
    (
        "half_life_days: 14\n    cap",
        "half_life_days: .nan\n    cap",
        f"{ACCOUNT}.half_life_days",
        "is not a number within",
    ),
    ("id: default", 'id: " "', "id", "is empty"),
    ("version: 1", "version: 3000000000", "version", "is no version"),
    ("  - {stage: sal,", "  - {stage: lost,", "stages", "is not the ladder"),
    ("means: There is a deal with an amount and a date.", 'means: ""', "stages[5].means", "is empty"),
    ("- id: seniority", "- id: company", "scorecard.fit[1].id", "'company' is taken"),
    ("- id: seniority", '- id: "cap:x"', "scorecard.fit[1].id", "cannot name a rule"),
    ("property: seniority ", 'property: "" ', "scorecard.fit[1].property", "is empty"),
    ("unknown: -5", "unknown: .inf", "scorecard.fit[0].unknown", "is not a number within"),
    ("otherwise: 0\n", "otherwise: 1000.001\n", "scorecard.fit[1].otherwise", "is not a number within"),
    (
        "cases:\n        - {known: true, points: 10, because: writes from a company's own domain}",
        "cases: []",
        "scorecard.fit[0].cases",
        "is empty",
    ),
    ("points: 12,", "points: 0.0001,", "scorecard.fit[1].cases[1].points", "is not a number within"),
    ("{equals: director, ", "{", "scorecard.fit[1].cases[1]", "has 0 operators (none)"),
    (
        "{equals: director, ",
        "{equals: a, prefix: b, ",
        "scorecard.fit[1].cases[1]",
        "has 2 operators (equals, prefix)",
    ),
    ("{equals: director, ", '{equals: "", ', "scorecard.fit[1].cases[1].equals", "is empty"),
    ("{in: [c_level, vp], ", "{in: [], ", "scorecard.fit[1].cases[0].in", "is empty"),
    ("{in: [c_level, vp], ", '{has: [a, ""], ', "scorecard.fit[1].cases[0].has", "is empty"),
    ("{equals: director, ", '{prefix: " ", ', "scorecard.fit[1].cases[1].prefix", "is empty"),
    ("{in: [c_level, vp], ", '{has: ["a;b"], ', "scorecard.fit[1].cases[0].has", "holds a `;`"),
    ("      suffix: .edu ", '      suffix: " " ', "scorecard.disqualifiers[1].suffix", "is empty"),
    ("      suffix: .edu ", '      suffix: "" ', "scorecard.disqualifiers[1].suffix", "is empty"),
    ("{known: true,", "{known: false,", "scorecard.fit[0].cases[0].known", "may only be true"),
    ("{at_least: 5000,", "{at_least: .nan,", "scorecard.fit[3].cases[0].at_least", "is not finite"),
    ("equals: director", "equals: director, known: false", "scorecard.fit[1].cases[1]", "has 2 operators"),
    ("- id: test_record", "- id: competitor", "scorecard.disqualifiers[2].id", "is taken"),
    (
        "  disqualifiers:\n",
        "  disqualifiers:\n" + DISQUALIFIER * 30,
        "scorecard.disqualifiers",
        "holds 33 rows",
    ),
    ("cap_per_day: 40", "cap_per_day: 0", "scorecard.intent.cap_per_day", "is not above 0"),
    ("{id: visits, cap: 30}", "{id: visits, cap: -1}", "scorecard.intent.groups[0].cap", "is not above 0"),
    ("{id: visits, cap: 30}", "{id: calls, cap: 30}", "scorecard.intent.groups[0]", "has no signal"),
    ("{id: campaigns,", "{id: visits,", "scorecard.intent.groups[1].id", "is taken"),
    ("- id: search\n", "- id: direct\n", "scorecard.intent.signals[4].id", "is taken"),
    (
        "half_life_days: 30",
        "half_life_days: 0",
        "scorecard.intent.signals[0].half_life_days",
        "is not above 0",
    ),
    ("cap: 45", "cap: 45.00001", "scorecard.intent.signals[0].cap", "is not a number within"),
    ("points: 30", "points: 5000", "scorecard.intent.signals[0].points", "is not a number within"),
    (
        "match: {channel: [direct_traffic]}",
        "match: {}",
        "scorecard.intent.signals[4].match",
        "every touchpoint",
    ),
    (
        "match: {channel: [direct_traffic]}",
        "match: {channel: []}",
        "scorecard.intent.signals[4].match.channel",
        "is empty",
    ),
    ("group: campaigns", "group: visitz", "scorecard.intent.signals[6].group", "'visitz' is no group"),
    ("points: -15", "points: -15\n        cap: 3", "scorecard.intent.signals[8]", "takes points away"),
    ("enter_at: 30,", "enter_at: 1.00001,", "scorecard.bands.warm.enter_at", "is not a number within"),
    ("leave_below: 25", "leave_below: 31", "scorecard.bands.warm.leave_below", "is above enter_at"),
    (
        "hot: {enter_at: 60",
        "hot: {enter_at: 30",
        "scorecard.bands.hot.enter_at",
        "is not above enter_at of warm",
    ),
    ("A: 40", "A: 20", "scorecard.grades.fit.A", "is not above B"),
    ("one: 30", "one: 8", "scorecard.grades.intent.one", "is not above two"),
    ("  - stage: mql\n", "  - stage: recycled\n", "qualification[0].stage", "is no rung"),
    ("  - stage: mql\n", "  - stage: opportunity\n", "qualification[1].stage", "does not follow"),
    (
        "touches_at_least: 1}",
        "touches_at_least: 10001}",
        "qualification[0].clauses[1].touches_at_least",
        "above 10000",
    ),
    ("{id: touched,", "{id: fits,", "qualification[0].clauses[2].id", "is taken"),
    (
        "touches_at_least: 1}",
        "touches_at_least: 0}",
        "qualification[0].clauses[1].touches_at_least",
        "below 1",
    ),
    ("known: company_domain}", 'known: " "}', "qualification[0].clauses[0].known", "is empty"),
    ("band_at_least: warm}", "band_at_least: tepid}", "qualification[0].clauses[3].band_at_least", "no band"),
    (
        "fit_at_least: 20}",
        "fit_at_least: .nan}",
        "qualification[0].clauses[2].fit_at_least",
        "is not a number",
    ),
    ("reached: sal}", "reached: lost}", "qualification[1].clauses[1].reached", "is no rung"),
    ("qualified: mql}", "qualified: sql}", "qualification[1].clauses[0].qualified", "is not listed before"),
    ("fit_at_least: 20}", "fit_at_least: 20, known: x}", "qualification[0].clauses[2]", "has 2 tests"),
    ("fit_at_least: 20}", "}", "qualification[0].clauses[2]", "has 0 tests (none)"),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "rule"), BROKEN, ids=[f"{key} {rule}" for _, _, key, rule in BROKEN]
)
def test_a_broken_rule_is_found(old: str, new: str, key: str, rule: str) -> None:
    assert old in TEXT, f"{old!r} is not in the shipped file any more"
    with pytest.raises(DefinitionsError) as caught:
        parse_definitions(TEXT.replace(old, new, 1).encode(), "v1.yaml")
    found = [problem for problem in caught.value.problems if problem.key == key and rule in problem.rule]
    assert found, str(caught.value)
    assert found[0].line > 0
    assert found[0].remedy


def test_a_stage_needs_clauses() -> None:
    head, _, _ = TEXT.partition("qualification:")
    with pytest.raises(DefinitionsError, match="holds 0 clauses"):
        parse_definitions(f"{head}qualification:\n  - stage: mql\n    clauses: []\n".encode(), "v1.yaml")
