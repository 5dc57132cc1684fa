"""What the page about generic senders shows is what happens, and the shipped examples are what they say."""

import os
import shlex
from pathlib import Path

import msgspec
import pytest
import yaml
from typer.testing import CliRunner

from leadtrace.cli.main import app
from leadtrace_ingest.senders.generic.loading import load_generic
from leadtrace_ingest.senders.item import Mapped
from tests.unit.ingest.deliveries import results_of
from tests.unit.ingest.generic_items import adapter
from tests.unit.ingest.page import COMMANDS, FILES, FRAGMENTS, save

EXAMPLES = Path(__file__).parents[3] / "mappings/examples"
LINES = 30
MAPPING_COMMANDS = [command for command in COMMANDS if command.startswith("leadtrace mapping")]


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Runs commands in a folder with the page's files."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LEADTRACE_")]:
        monkeypatch.delenv(name)
    save(tmp_path)
    return CliRunner()


def test_the_page_shows_what_this_looks_for() -> None:
    assert set(FILES) == {"sample.json", "acme.yaml", "leadtrace.toml"}
    assert len(FRAGMENTS) >= 5
    assert len(MAPPING_COMMANDS) == 3
    assert len(FILES["acme.yaml"].splitlines()) < LINES


@pytest.mark.parametrize("command", MAPPING_COMMANDS)
def test_its_commands_go_well(runner: CliRunner, command: str) -> None:
    words = shlex.split(command.partition(" > ")[0])[1:]
    result = runner.invoke(app, words)
    assert result.exit_code == 0, result.output
    if words[1] == "test":
        assert "3 items: 3 mapped to 7 events, 0 ignored, 0 refused" in result.output


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_its_fragments_can_be_put_into_the_mapping(fragment: str) -> None:
    whole = yaml.safe_load(FILES["acme.yaml"]) | yaml.safe_load(fragment)
    load_generic(yaml.safe_dump(whole).encode(), "EUR")


@pytest.mark.parametrize(("name", "events"), [("close", 9), ("zoho", 12)])
def test_an_example_takes_its_sample_in_less_than_30_lines(name: str, events: int) -> None:
    text = (EXAMPLES / f"{name}.yaml").read_text()
    assert len(text.splitlines()) < LINES
    found = [
        result
        for line in (EXAMPLES / f"{name}.jsonl").read_bytes().splitlines()
        for result in results_of(adapter(text), line)
    ]
    assert all(isinstance(result, Mapped) for result in found), found
    assert sum(len(result.drafts) for result in found if isinstance(result, Mapped)) == events


def test_an_example_that_counts_in_cents_gives_whole_units() -> None:
    body = {
        "event": {
            "id": "ev_1",
            "organization_id": "o",
            "object_type": "opportunity",
            "object_id": "oppo_1",
            "action": "updated",
            "data": {"value": 250_000},
        }
    }
    (result,) = results_of(adapter((EXAMPLES / "close.yaml").read_text()), msgspec.json.encode(body))
    assert isinstance(result, Mapped)
    assert msgspec.json.decode(result.drafts[0].data or b"")["amount"] == "2500.00"
