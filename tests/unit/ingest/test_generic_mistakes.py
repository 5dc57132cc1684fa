"""Mistakes in a generic mapping: each names file, key and rule, and what was probably meant."""

from pathlib import Path

import pytest

from leadtrace_ingest.senders.generic.loading import is_generic, load_generic
from leadtrace_ingest.senders.mapping.file import MappingError
from tests.unit.ingest.generic_items import ACME, write

HEAD = "name: a\nversion: 1\nobjects: {person: {is: lead}, lead: {is: lead}, deal: {is: deal}}\n"
RECORD = "record: {object: person, id: id, tells: changed}"


def problems(text: str) -> list[str]:
    """The lines of the error."""
    with pytest.raises(MappingError) as error:
        load_generic(text.encode(), "EUR")
    return [line.removeprefix("mapping: ") for line in str(error.value).splitlines()]


def of_rule(rule: str) -> str:
    """The one mistake of a file with this one rule."""
    (problem,) = problems(f"{HEAD}rules: [{{{rule}}}]")
    return problem


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("recordd: {}", "rules[0].recordd: unknown key; did you mean 'record'?"),
        ("record: {object: person, idd: x}", "rules[0].record.idd: unknown key; did you mean 'id'?"),
        ("record: {object: person, id: {form: x}}", "rules[0].record.id.form: unknown key; did you mean"),
        ("record: {object: person, id: x}", "rules[0].record: Object missing required field `tells`"),
        ("when: 5", "rules[0].when: Expected `str | null`, got `int`"),
        ("when: x", "rules[0]: it says nothing; give it one of record, stage,"),
        (f"when: type =, {RECORD}", "rules[0].when: 'type =' is no JMESPath expression at column 6"),
        (f'when: "foo(", {RECORD}', "rules[0].when: 'foo(' is no JMESPath expression at column 5"),
        (f'when: "contain(a)", {RECORD}', "rules[0].when: JMESPath has no function contain(); did you mean"),
        (f'when: "length(a, b)", {RECORD}', "rules[0].when: length() takes 1 argument(s), not 2"),
        (f'when: "a[?merge()]", {RECORD}', "rules[0].when: merge() takes at least 1 argument(s), not 0"),
        (
            "record: {object: person, id: Record ID, tells: changed}",
            "rules[0].record.id: 'Record ID' is no JMESPath expression at column 8;",
        ),
        (
            "record: {object: person, id: {from: a, column: b}, tells: changed}",
            "rules[0].record.id: exactly one of `from`, `column` and `text` says where the value stands",
        ),
        (
            'record: {object: person, id: {text: "{a"}, tells: changed}',
            "rules[0].record.id.text: a single '{'; write '{{' for the sign itself",
        ),
        (
            "record: {object: persn, id: x, tells: changed}",
            "rules[0].record.object: `objects` has none called 'persn'; did you mean 'person'?",
        ),
        (
            "record: {object: person, id: x, tells: change}",
            "rules[0].record.tells: there is none called 'change'; did you mean 'changed'?",
        ),
        (
            "record: {object: person, id: x, tells: deleted, fields: y}",
            "rules[0].record.fields: it goes with tells: changed, created, state",
        ),
        (
            "record: {object: person, id: x, tells: merged}",
            "rules[0].record.absorbed: missing; it names what was merged into the record",
        ),
        (
            "record: {object: person, id: x, tells: {from: t, values: {m: merged}}}",
            "rules[0].record.absorbed: missing; `tells` may say that records were merged",
        ),
        (
            "record: {object: deal, id: x, tells: erased}",
            "rules[0].record.object: `objects` has none that is a lead called 'deal'; did you mean 'lead'?",
        ),
        (
            "stage: {object: deal, id: x, stage: won}",
            "rules[0].stage.stage: `deal_stages` has no row called 'won'; known here: none;",
        ),
        (
            "touchpoint: {object: person, id: x}",
            "rules[0].touchpoint: it names none of channel, source, medium, campaign, content, outlet, form,",
        ),
        (
            "activity: {object: person, id: x, kind: cal}",
            "rules[0].activity.kind: neither a row of `activities` nor a kind of ours is called 'cal';",
        ),
        ("link: {deal: x}", "rules[0].link: it links exactly two of deal, lead, account"),
        (
            "link: {deal: x, lead: y}",
            "rules[0].link.lead: `objects` has 2 objects that are a lead: person, lead;",
        ),
        (
            "spend: {account: a, from: b, row: {amount: c, kind: medium}}",
            "rules[0].spend.row.kind: there is none called 'medium'; did you mean 'media'?",
        ),
    ],
)  # fmt: skip
def test_a_rule(rule: str, problem: str) -> None:
    assert of_rule(rule).startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "not YAML: "),
        (f"{HEAD}items: a\nitems: b", "not YAML: the key 'items' stands twice"),
        (f"{HEAD}[a]: b", "not YAML: "),
        ("- a", "a mapping file is a table of keys, such as `name: acme`"),
        (f"{HEAD}rules: []", "rules: Expected `array` of length >= 1"),
        (f"{HEAD}kind: hubspot\nrules: [{{{RECORD}}}]", "kind: Invalid enum value 'hubspot'"),
        (f"{HEAD}items: a b\nrules: [{{{RECORD}}}]", "items: 'a b' is no JMESPath expression at column 3"),
        (f"{HEAD}time: {{from: t, zone: X}}\nrules: [{{{RECORD}}}]", "time.zone: 'X' is no IANA time zone"),
        (f"{HEAD}deal_stages: [{{id: 5, is: open}}]\nrules: [{{{RECORD}}}]", "deal_stages[0].id: Expected"),
        (
            f"{HEAD}rules: [{{{RECORD}}}]".replace("{is: lead}", "{is: lead, fields: {x: {means: amount}}}"),
            "objects.person.fields.x: means must be one of",
        ),
    ],
)  # fmt: skip
def test_a_file(text: str, problem: str) -> None:
    assert problems(text)[0].startswith(problem)


def test_all_mistakes_are_told_at_once() -> None:
    rules = "rules: [{when: x}, {record: {object: persn, id: x, tells: changed}}]"
    assert len(problems(f"{HEAD}{rules}")) == 2


def test_the_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, ACME.replace("id: event_id", "id: event id"))
    with pytest.raises(MappingError, match=r"acme\.yaml: id: 'event id' is no JMESPath"):
        load_generic(path, "EUR")
    with pytest.raises(MappingError, match=r"nowhere\.yaml: No such file"):
        load_generic(tmp_path / "nowhere.yaml", "EUR")
    with pytest.raises(MappingError, match=r"nowhere\.yaml: No such file"):
        is_generic(tmp_path / "nowhere.yaml")


def test_lists_of_words_are_the_shipped_ones_unless_the_file_gives_its_own() -> None:
    assert "gmail.com" in load_generic(ACME.encode(), "EUR").records.free_mail
    own = load_generic((ACME + "free_mail: [mail.test]\n").encode(), "EUR").records
    assert own.free_mail == {"mail.test"}
    assert own.seniority.classify("CEO") == "c_level"
