"""The metric catalogue: every rule of its lint is broken once, and rows with `each` stand for several."""

from pathlib import Path

import pytest

from leadtrace.domain.definitions.metric_model import MetricCatalogue, catalogue_hash, metrics_of
from leadtrace.domain.definitions.parse import parse_either, parse_metrics
from leadtrace.domain.definitions.problem import DefinitionsError, Problem

SHIPPED = (Path(__file__).parents[4] / "definitions" / "metrics.yaml").read_text(encoding="utf-8")
TEXT = """\
version: 1
metrics:
  - name: revenue
    unit: money
    description: What was won.
    formula: sum of shares
    owner: sales
    decision: Where the budget goes.
    revenue_link: It is the revenue.
  - name: "{each}_reached"
    each: [mql, sql]
    unit: leads
    description: Leads at {each}.
    formula: count of {each}
    owner: sales
    decision: Who calls whom.
    revenue_link: Times the rates after {each}.
    kind: leading
"""

# (old text, new text, key, words of the rule, words of the remedy)
BROKEN = [
    ("version: 1", "version: 0", "version", "0 is no version", "count versions from 1"),
    ("owner: sales", 'owner: " "', "metrics[0].owner", "needs its owner", "name the team"),
    ("decision: Where the budget goes.", 'decision: ""', "metrics[0].decision", "its decision", "take the m"),
    (
        "revenue_link: It is the revenue.",
        'revenue_link: ""',
        "metrics[0].revenue_link",
        "is empty",
        "leads to",
    ),
    ("description: What was won.", 'description: ""', "metrics[0].description", "is empty", "one sentence"),
    ("formula: sum of shares", 'formula: ""', "metrics[0].formula", "is empty", "how it is counted"),
    ("    owner: sales\n", "", "metrics[0].owner", "is missing", "add it"),
    ("    decision: Where the budget goes.\n", "", "metrics[0].decision", "is missing", "add it"),
    ("    revenue_link: It is the revenue.\n", "", "metrics[0].revenue_link", "is missing", "add it"),
    ("name: revenue", "name: Revenue", "metrics[0].name", "cannot name a metric", "small letters"),
    ("name: revenue", "name: mql_reached", "metrics[1].name", "is taken", "its own name"),
    ("[mql, sql]", "[mql, mql]", "metrics[1].name", "'mql_reached' is taken", "its own name"),
    ("[mql, sql]", '["a b"]', "metrics[1].name", "'a b_reached' cannot name", "small letters"),
    ("    each: [mql, sql]\n", "", "metrics[1].each", "is empty", "list the texts"),
    ('"{each}_reached"', "reached", "metrics[1].name", "has no {each}", "take `each` out"),
    (
        "unit: money",
        "unit: euros",
        "metrics[0].unit",
        "Invalid enum value 'euros'",
        "use one of leads, entries",
    ),
    ("kind: leading", "kind: lagging", "metrics[1].kind", "Invalid enum value", "did you mean leading?"),
    ("formula: sum", "formulae: sum", "metrics[0].formulae", "is no key here", "did you mean `formula`?"),
]


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DefinitionsError) as caught:
        parse_metrics(text.encode(), "m.yaml")
    return caught.value.problems


@pytest.mark.parametrize(("old", "new", "key", "rule", "remedy"), BROKEN)
def test_each_rule_names_file_line_key_and_remedy(
    old: str, new: str, key: str, rule: str, remedy: str
) -> None:
    assert old in TEXT
    first = problems(TEXT.replace(old, new, 1))[0]
    assert (first.file, first.key) == ("m.yaml", key)
    assert rule in first.rule
    assert remedy in first.remedy
    assert first.line > 0


def test_a_row_stands_for_each_of_its_texts() -> None:
    metrics = metrics_of(parse_metrics(TEXT.encode(), "m.yaml"))
    assert list(metrics) == ["revenue", "mql_reached", "sql_reached"]
    told = metrics["sql_reached"]
    assert told.description == "Leads at sql."
    assert told.formula == "count of sql"
    assert told.revenue_link == "Times the rates after sql."
    assert not told.each


def test_the_hash_follows_what_is_said_and_not_how() -> None:
    one = parse_metrics(TEXT.encode(), "m.yaml")
    assert catalogue_hash(parse_metrics(f"# more\n{TEXT}".encode(), "m.yaml")) == catalogue_hash(one)
    other = parse_metrics(TEXT.replace("owner: sales", "owner: ops", 1).encode(), "m.yaml")
    assert catalogue_hash(other) != catalogue_hash(one)


def test_a_file_that_lists_metrics_is_read_as_a_catalogue() -> None:
    assert isinstance(parse_either(TEXT.encode(), "m.yaml"), MetricCatalogue)
    assert isinstance(parse_either(SHIPPED.encode(), "metrics.yaml"), MetricCatalogue)
    with pytest.raises(DefinitionsError, match="scorecard"):
        parse_either(b"version: 1\nid: x\nstages: []\n", "d.yaml")
