"""Reading definitions: what passes, what is refused, and how well the message helps."""

from pathlib import Path

import pytest

from leadtrace.domain.definitions.canonical import canonical, content_hash, reference_to
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.problem import DefinitionsError, Problem

SHIPPED = Path(__file__).parents[4] / "definitions" / "v1.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")
STAGE_LINE = "  - {stage: inquiry,"


def problems_of(text: str | bytes) -> tuple[Problem, ...]:
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(DefinitionsError) as caught:
        parse_definitions(raw, "house.yaml")
    return caught.value.problems


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) >= 1, f"{old!r} is not in the shipped file any more"
    return TEXT.replace(old, new, 1)


def line_of(text: str, fragment: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if fragment in line)


def test_shipped_definitions_are_clean() -> None:
    definitions = parse_definitions(SHIPPED.read_bytes(), SHIPPED.name)
    assert (definitions.id, definitions.version) == ("default", 1)
    assert [row.stage for row in definitions.qualification] == ["mql", "sql"]


def test_the_hash_is_that_of_the_meaning() -> None:
    definitions = parse_definitions(TEXT.encode(), "a")
    same = changed("id: default\nversion: 1\n", "# A comment.\nversion: 1\nid: 'default'\n")
    same = same.replace("otherwise: 0\n", "otherwise: 0.000\n", 1)
    assert content_hash(parse_definitions(same.encode(), "b")) == content_hash(definitions)
    other = parse_definitions(changed("points: 30", "points: 30.001").encode(), "c")
    assert content_hash(other) != content_hash(definitions)
    assert canonical(definitions).startswith(b'{"handover":{"calendars":[')


def test_the_reference_names_id_version_and_hash() -> None:
    definitions = parse_definitions(TEXT.encode(), "a")
    reference = reference_to(definitions)
    assert (reference.id, reference.version) == ("default", 1)
    assert reference.hash == content_hash(definitions)
    assert len(reference.hash) == 64


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("cap_per_day:", "cap_per_dya:", "scorecard.intent.cap_per_dya", "did you mean `cap_per_day`?"),
        ("once_only:", "once:", "scorecard.intent.signals[7].once", "did you mean `once_only`?"),
        ("unknown: -5", "unknwon: -5", "scorecard.fit[0].unknwon", "did you mean `unknown`?"),
        (
            "    warm: {enter_at",
            "    lukewarm: {enter_at",
            "scorecard.bands.lukewarm",
            "did you mean `warm`?",
        ),
        ("version: 1\n", "version: 1\nzzz: 1\n", "zzz", "known here: id, version, stages"),
        ("{equals: director,", "{is: director,", "scorecard.fit[1].cases[1].is", "known here: in"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_name(old: str, new: str, key: str, says: str) -> None:
    text = changed(old, new)
    (problem,) = problems_of(text)
    assert problem.key == key
    assert problem.rule == "is no key here"
    assert says in problem.remedy
    fragment = key.rpartition(".")[2]
    assert problem.line == line_of(text, "{is:" if fragment == "is" else f"{fragment}:")


def test_a_missing_key_is_named_with_the_line_of_its_block() -> None:
    text = changed("        half_life_days: 30\n", "")
    (problem,) = problems_of(text)
    assert problem.key == "scorecard.intent.signals[0].half_life_days"
    assert (problem.rule, problem.remedy) == ("is missing", "add it")
    assert problem.line == line_of(text, "- id: demo_request")


def test_a_value_of_the_wrong_kind_is_named() -> None:
    text = changed("points: 30", "points: many")
    (problem,) = problems_of(text)
    assert problem.key == "scorecard.intent.signals[0].points"
    assert "Expected `float`, got `str`" in problem.rule
    assert problem.line == line_of(text, "points: many")


def test_a_wrong_stage_is_named() -> None:
    text = changed(STAGE_LINE, "  - {stage: interested,")
    (problem,) = problems_of(text)
    assert problem.key == "stages[0].stage"
    assert problem.line == line_of(text, "interested")


def test_a_key_that_is_no_text_is_refused() -> None:
    (problem,) = problems_of("7: x\n")
    assert "Expected `str`" in problem.rule
    assert str(problem).startswith("house.yaml: the file: ")


def test_a_repeated_key_is_refused_because_yaml_would_drop_the_first() -> None:
    text = changed("    cap_per_day: 40", "    cap_per_day: 10\n    cap_per_day: 40")
    (problem,) = problems_of(text)
    assert problem.key == "scorecard.intent.cap_per_day"
    assert problem.rule == "stands here a second time"
    assert problem.line == line_of(text, "cap_per_day: 10") + 1


@pytest.mark.parametrize("text", ["", "[]", "just words"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    (problem,) = problems_of(text)
    assert "Expected `object`" in problem.rule


def test_broken_yaml_is_refused_with_its_line() -> None:
    (problem,) = problems_of("id: a\nversion: [1\nstages: b\n")
    assert problem.rule.startswith("is not YAML: ")
    assert problem.line == 3


def test_a_character_that_yaml_forbids_is_refused_without_a_line() -> None:
    (problem,) = problems_of("id: \x00\n")
    assert problem.line == 0


def test_other_encodings_are_refused() -> None:
    (problem,) = problems_of("means: Größe".encode("latin-1"))
    assert str(problem) == "house.yaml: the file: is not UTF-8; save it as UTF-8"


def test_all_findings_of_the_lint_come_at_once_in_the_order_of_the_file() -> None:
    text = changed("version: 1", "version: 0").replace("unknown: -5", "unknown: 1.2345")
    first, second = problems_of(text)
    assert (first.key, second.key) == ("version", "scorecard.fit[0].unknown")
    assert (
        str(first)
        == f"house.yaml:{line_of(text, 'version: 0')}: version: 0 is no version; count versions from 1"
    )
