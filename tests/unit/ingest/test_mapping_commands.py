"""`leadtrace mapping`: what an operator sees of a sample, of mistakes, and of the shipped mappings."""

import os
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from leadtrace.cli.main import app
from tests.unit.ingest.generic_items import ACME, event, write
from tests.unit.ingest.hubspot_items import raw

ITEMS = [
    event("person.made", data={"id": 7, "fields": {"email": "eva@firm.de", "stage": "hot"}}),
    event("deal.edited", event_id=2, data={"id": "d1", "stage": "1", "people": [{"id": 7}]}),
    event("ping", event_id=3),
    event("person.edited", event_id=4, data={"id": 7, "fields": {"stage": "cold"}}),
]


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Runs commands in a folder that holds the mapping `acme.yaml`."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LEADTRACE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "160")
    write(tmp_path)
    return CliRunner()


def tried(runner: CliRunner, name: str, content: bytes, *more: str) -> Result:
    """The result of trying a sample of this content."""
    Path(name).write_bytes(content)
    return runner.invoke(app, ["mapping", "test", name, "--mapping", "acme.yaml", *more])


@pytest.mark.parametrize("command", ["test", "lint", "show", "schema"])
def test_help_shows_an_example(runner: CliRunner, command: str) -> None:
    assert f"leadtrace mapping {command}" in runner.invoke(app, ["mapping", command, "--help"]).output


class TestSample:
    def test_events_with_the_rules_that_made_them(self, runner: CliRunner) -> None:
        result = tried(runner, "sample.json", raw({"events": ITEMS[:2]}), "--sender", "crm")
        assert result.exit_code == 0
        for line in [
            "item 1: 2 events from crm/t1",
            "matched: rules[0] (persons)",
            "lead.captured  person/7  2026-01-02T03:04:05Z",
            "personal.email: eva@firm.de",
            "deal.linked  deal/d1",
            "lead: person/7",
            "role: buyer",
            "2 items: 2 mapped to 4 events, 0 ignored, 0 refused",
        ]:
            assert line in result.output

    def test_a_refusal_with_its_remedy_and_exit_code(self, runner: CliRunner) -> None:
        result = tried(runner, "sample.json", raw({"events": ITEMS}))
        assert result.exit_code == 1
        for line in [
            "item 3: ignored: event_ignored",
            "item 4: refused: unmapped_stage",
            "lifecycle_stages has no row for 'cold' at 2026-01-02",
            "remedy: Add a row for the stage",
        ]:
            assert line in result.output

    def test_lines_and_a_limit(self, runner: CliRunner) -> None:
        lines = b"\n".join(raw({"events": [item]}) for item in ITEMS[:3]) + b"\n\n{\n"
        result = tried(runner, "sample.jsonl", lines, "--limit", "2")
        assert result.exit_code == 1
        assert "line 2, item 1" in result.output
        assert "line 3" not in result.output
        assert "… and 2 more" in result.output
        assert "4 items: 2 mapped to 4 events, 1 ignored, 1 refused" in result.output

    def test_rows(self, runner: CliRunner) -> None:
        Path("acme.yaml").write_text(
            "name: rows\nversion: 1\nobjects: {person: {is: lead}}\n"
            "rules: [{record: {object: person, id: {column: Record ID}, tells: created}}]\n"
        )
        result = tried(runner, "rows.csv", '\ufeffRecord ID,Name\n7,"Eva\nB"\n,x\n'.encode())
        assert result.exit_code == 1
        assert "line 3: 1 event from rows" in result.output
        assert "line 4: refused: mapping_failed" in result.output

    @pytest.mark.parametrize("content", [b"a,b\n1\n", b"a,b\n1,2,3\n", b'a,b\n"1"x,2\n', b"a\n\xff\n"])
    def test_rows_that_cannot_be_read(self, runner: CliRunner, content: bytes) -> None:
        result = tried(runner, "rows.csv", content)
        assert result.exit_code == 1
        assert "rows.csv: line" in result.stderr

    def test_a_mapping_or_sample_that_cannot_be_used(self, runner: CliRunner) -> None:
        assert runner.invoke(app, ["mapping", "test", "nowhere.json", "-m", "acme.yaml"]).exit_code == 1
        Path("acme.yaml").write_text(ACME.replace("time:", "timee:"))
        result = tried(runner, "sample.json", b"{}")
        assert result.exit_code == 2
        assert "acme.yaml: timee: unknown key; did you mean 'time'?" in result.stderr


class TestLint:
    def test_files_of_any_kind(self, runner: CliRunner) -> None:
        Path("hubspot.yaml").write_text(runner.invoke(app, ["mapping", "show", "hubspot"]).output)
        Path("bad.yaml").write_text("name: x\nrules: 5\n")
        result = runner.invoke(app, ["mapping", "lint", "acme.yaml", "hubspot.yaml"])
        assert result.exit_code == 0
        assert "acme-crm@3" in result.output
        assert "hubspot@" in result.output
        result = runner.invoke(app, ["mapping", "lint", "bad.yaml", "acme.yaml", "gone.yaml"])
        assert result.exit_code == 2
        assert "bad.yaml: " in result.stderr
        assert "gone.yaml: No such file" in result.stderr
        assert "acme-crm@3" in result.output


class TestShow:
    def test_examples_can_be_copied(self, runner: CliRunner) -> None:
        text = runner.invoke(app, ["mapping", "show", "examples/close"]).output
        assert text.startswith("# Close")

    def test_what_is_not_shipped(self, runner: CliRunner) -> None:
        result = runner.invoke(app, ["mapping", "show", "../secrets"])
        assert result.exit_code == 2
        assert "examples/close, examples/zoho, hubspot" in " ".join(result.stderr.split())


def test_the_schema_knows_every_key_and_no_other(runner: CliRunner) -> None:
    schema = msgspec.json.decode(runner.invoke(app, ["mapping", "schema"]).output)
    file = schema["$defs"]["GenericFile"]
    assert file["additionalProperties"] is False
    assert {"rules", "items", "objects", "channels"} <= set(file["properties"])
    assert file["required"] == ["name", "version", "rules"]
