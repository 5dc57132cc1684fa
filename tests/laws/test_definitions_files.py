"""Laws of definitions files: no text makes the lint raise else than findings, and what passes has words."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.metric_model import MetricCatalogue, catalogue_hash, metrics_of
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.parse import parse_definitions, parse_either, parse_metrics
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.domain.definitions.said import DefinitionsSaid
from leadtrace.domain.definitions.telling import clause_sentences, tell
from leadtrace.domain.definitions.words import plain
from leadtrace.testing.scorecards import definitions

_FOLDER = Path(__file__).parents[2] / "definitions"
_LINES = [
    line
    for name in ("v1.yaml", "metrics.yaml")
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.lstrip().startswith("#")
]
# Texts on which a reader of YAML raises what is no error of YAML, and other odd ones.
_ODD = (
    "a: 2001-99-99",
    "a: !!int x",
    "a: !!bool x",
    "a: !!timestamp x",
    'a: !!int ""',
    "a: &a [*a]",
    "id: !!set {b}",
    "version: 0x" + "f" * 3000,
    "version: " + "9" * 5000,
    "? [1]\n: 2",
    "<<: 1",
    'id: "\\ud800"',
    "[" * 5000 + "]" * 5000,
    "metrics: [{name: 1}]",
    "metrics: {}",
    "`: - at `$.a[0]`: 1",
    '"x` - at `$[0].stages.y`": 1',
    "scorecard: {fit: [{a: 1}]}",
    "\ufeffid: a",
    "%YAML 9.9\n---\nid: a",
    "--- a\n--- b",
)
_NUMBERS = (10**30, -(10**400), 1e308, 5e-324, float("nan"), float("inf"), 2**63, -1, 0, 0.5)
_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from(_NUMBERS),
        st.text(max_size=5),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def read(text: bytes) -> Definitions | MetricCatalogue | None:
    """Whatever the file holds, told as far as it can be; None if there are findings, each with its words."""
    try:
        found = parse_either(text, "any.yaml")
    except DefinitionsError as error:
        refused = error.problems
    else:
        _tell(found)
        return found
    assert refused
    assert all(one.rule and one.remedy and str(one).startswith("any.yaml") for one in refused)
    return None


def _tell(found: Definitions | MetricCatalogue) -> None:
    if isinstance(found, MetricCatalogue):
        assert catalogue_hash(found)
        assert metrics_of(found) or not found.metrics
    else:
        assert tell(found).hash == content_hash(found)


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode(errors="ignore"))))
def test_any_bytes_are_read_or_refused_in_words(text: bytes) -> None:
    read(text)


@pytest.mark.parametrize("text", _ODD, ids=range(len(_ODD)))
def test_what_a_reader_of_yaml_stumbles_over_is_refused_in_words(text: str) -> None:
    assert read(text.encode()) is None


@given(st.lists(st.sampled_from(_LINES), max_size=25))
def test_any_shuffle_of_true_lines_is_read_or_refused_in_words(lines: list[str]) -> None:
    read("\n".join(lines).encode())


@given(st.data())
def test_any_line_may_be_lost_doubled_or_bent(data: st.DataObject) -> None:
    lines = (_FOLDER / data.draw(st.sampled_from(("v1.yaml", "metrics.yaml")))).read_text().splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    bent = data.draw(
        st.sampled_from(("", lines[place] * 2, f"  {lines[place]}", lines[place].replace(":", ""), "? x"))
    )
    read("\n".join([*lines[:place], bent, *lines[place + 1 :]]).encode())


@given(
    st.dictionaries(
        st.sampled_from(("id", "version", "stages", "scorecard", "qualification", "metrics", "owner")),
        _VALUES,
    )
)
def test_any_values_under_true_keys_are_read_or_refused_in_words(tree: dict[str, object]) -> None:
    read(
        repr(tree)
        .replace("nan", ".nan")
        .replace("inf", ".inf")
        .replace("None", "null")
        .encode(errors="ignore")
    )


@given(
    st.sampled_from(_NUMBERS) | _VALUES,
    st.sampled_from(
        (
            "points: 30",
            "half_life_days: 30",
            "touches_at_least: 1",
            "version: 1",
            "cap: 45",
            "timezone: Europe/Berlin",
            "accept_within_hours: 8",
            "at_risk_share: 0.75",
            "closed: [",
            "lookback_days: 90",
            "transform: exposure",
            "direct_channels: [direct_traffic, direct]",
            "costs:",
        )
    ),
)
def test_any_value_in_the_place_of_a_number_is_read_or_refused_in_words(value: object, place: str) -> None:
    text = (_FOLDER / "v1.yaml").read_text(encoding="utf-8")
    key = place.partition(":")[0]
    read(text.replace(place, f"{key}: {value!r}", 1).encode(errors="ignore"))


@given(definitions())
def test_everything_that_passes_has_words_and_an_owner(drawn: Definitions) -> None:
    told, sentences = tell(drawn), clause_sentences(drawn)
    for row in drawn.qualification:
        stage = next(one for one in told.stages if one.stage == row.stage)
        assert [clause.id for clause in stage.clauses] == [clause.id for clause in row.clauses]
        for clause in stage.clauses:
            assert clause.words == sentences[row.stage, clause.id]
            assert str(clause.value).removesuffix(".0") in clause.words
    for rule, said in zip(drawn.scorecard.fit, told.fit, strict=True):
        assert len(said.answers) == len(rule.cases) + 2
    assert all(answer.words for rule in told.fit for answer in rule.answers)
    assert all(signal.shown_by and signal.words for signal in told.intent.signals)
    _tells_all_terms(drawn, told)
    _tells_all_of_attribution(drawn, told)
    rows = (told.stages, told.fit, told.disqualifiers, told.intent.signals, told.bands, told.grades)
    owners = [getattr(one, "owner", "") for group in rows for one in group]
    assert owners
    assert all(owners)


def _tells_all_terms(drawn: Definitions, told: DefinitionsSaid) -> None:
    assert (drawn.handover is None) == (told.handover is None)
    if drawn.handover is None or told.handover is None:
        return
    for team, said in zip(drawn.handover.teams, told.handover.teams, strict=True):
        assert (team.id, team.calendar, team.partner) == (said.id, said.calendar, said.partner)
        assert said.owner
        assert said.accept_within_hours == team.accept_within_hours or team.accept_within_hours is None
    for route, way in zip(drawn.handover.routing, told.handover.routing, strict=True):
        assert (route.id, route.to) == (way.id, way.to)
        assert all(test.property in way.words for test in route.when)
    for calendar, hours in zip(drawn.handover.calendars, told.handover.calendars, strict=True):
        assert all(text in hours.words for text in (calendar.opens, calendar.closes, *calendar.closed))


def _tells_all_of_attribution(drawn: Definitions, told: DefinitionsSaid) -> None:
    terms, said = drawn.attribution, told.attribution
    assert said.owner
    assert told.costs.owner
    for value in (terms.lookback_days, plain(terms.half_life_days)):
        assert any(f" {value} day" in words for words in said.words)
    assert {row.role: row.weight for row in said.roles} == (terms.roles or {})
    for rule, row in zip(terms.channels.rules if terms.channels else (), said.channels, strict=True):
        assert rule.channel == row.channel
        assert all(test.dimension in row.words for test in rule.when)
    assert (terms.custom is None) == (said.custom is None)
    if said.custom is not None:
        shares = (said.custom.first_touch, said.custom.lead_created, said.custom.opportunity_created)
        assert sum(map(Decimal, map(repr, (*shares, said.custom.closed, said.custom.others)))) == 1
    for cost in told.costs.per_stage:
        assert all(text in cost.words for text in (cost.stage, cost.amount, cost.currency))


def test_the_shipped_files_are_read() -> None:
    for name, parse in (("v1.yaml", parse_definitions), ("metrics.yaml", parse_metrics)):
        assert parse((_FOLDER / name).read_bytes(), name) is not None
