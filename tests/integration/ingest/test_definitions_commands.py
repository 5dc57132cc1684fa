"""`leadtrace definitions approve | shadow | activate | history | show` against a running door."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from leadtrace.cli.main import app
from leadtrace.testing.eventually import eventually_answers
from tests.integration.ingest.definitions_scene import DefinitionsScene, definitions_scene, text_of
from tests.integration.ingest.door_scene import ADMIN_KEY

ANNA = ("--team", "marketing", "--by", "Anna Schmidt")
JONAS = ("--team", "sales", "--by", "Jonas Weber", "--note", "as agreed [on 12 March]")


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[DefinitionsScene]:
    async with definitions_scene(database_url) as made:
        yield made


class Operator:
    """Somebody at a terminal."""

    def __init__(self, file: Path) -> None:
        self._path = file
        self.file = str(file)

    def writes(self, text: str) -> None:
        """What stands in the file from now on."""
        self._path.write_text(text, encoding="utf-8")

    async def says(self, *words: str, code: int = 0) -> Result:
        """What a command ends with; it runs beside the door."""
        result = await asyncio.to_thread(CliRunner().invoke, app, ["definitions", *words])
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result


@pytest.fixture
def operator(desk: DefinitionsScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """One whose configuration names the door, with a file of version 2."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LEADTRACE_PORTS__INGEST", str(desk.door.settings.ports.ingest))
    monkeypatch.setenv("LEADTRACE_KEYS__BOOTSTRAP", ADMIN_KEY)
    monkeypatch.chdir(tmp_path)
    made = Operator(tmp_path / "v2.yaml")
    made.writes(text_of(2))
    return made


class TestApprove:
    async def test_a_file_is_registered_and_a_number_names_it_afterwards(self, operator: Operator) -> None:
        first = await operator.says("approve", operator.file, *ANNA)
        assert "version 2, hash " in first.stdout
        assert "approved for marketing by Anna Schmidt on 2026-01-02" in first.stdout
        assert "sales has not approved it yet" in first.stdout
        second = await operator.says("approve", "2", *JONAS)
        assert "approved for sales by Jonas Weber" in second.stdout
        assert "not approved it yet" not in second.stdout

    async def test_a_file_with_mistakes_is_not_sent(self, desk: DefinitionsScene, operator: Operator) -> None:
        operator.writes(text_of(2).replace("cap_per_day", "cap_per_dya"))
        for words in (("approve", operator.file, *ANNA), ("shadow", operator.file)):
            said = (await operator.says(*words, code=2)).stderr
            assert said.startswith(f"definitions: {operator.file}:")
            assert "scorecard.intent.cap_per_dya: is no key here" in said
        assert [one["version"] for one in (await desk.done("GET"))["versions"]] == [1]

    async def test_a_number_that_is_taken_is_said_with_the_remedy(self, operator: Operator) -> None:
        await operator.says("approve", operator.file, *ANNA)
        operator.writes(text_of(2, enter_at=70))
        said = await operator.says("approve", operator.file, *JONAS, code=1)
        assert "version: 2 is registered with hash " in said.stderr
        assert "Raise `version`." in said.stderr

    @pytest.mark.parametrize(
        "words",
        [
            ("approve", "nowhere.yaml", *ANNA),
            ("approve", "2", "--team", "finance", "--by", "A"),
            ("approve", "2", "--team", "sales", "--by", " "),
            ("approve", "2", "--team", "sales"),
            ("activate", "0"),
            ("shadow", "2", "--end", "--no-wait"),
            ("shadow",),
            ("approve", *ANNA),
            ("show", "nowhere.yaml"),
        ],
    )
    async def test_what_is_not_clear_is_refused_before_anybody_is_asked(
        self, operator: Operator, words: tuple[str, ...]
    ) -> None:
        await operator.says(*words, code=2)


class TestShadow:
    async def test_it_is_followed_until_all_services_are_done(
        self, desk: DefinitionsScene, operator: Operator
    ) -> None:
        async def begun() -> bool:
            return (await desk.done("GET"))["shadow"] is not None

        following = asyncio.create_task(operator.says("shadow", operator.file))
        await eventually_answers(begun, what="the shadow begins")
        for done in (0, 5, 9):
            await desk.fold(done, 9)
        said = (await following).stdout
        assert "version 2 is folded beside the one in force; no number has changed" in said
        assert all(service in said for service in ("scoring", "attribution", "api", "9/9"))
        again = await operator.says("shadow", "2")
        assert "following the shadow that was begun at 2026-01-02" in again.stdout

    async def test_a_service_that_fails_ends_the_waiting(
        self, desk: DefinitionsScene, operator: Operator
    ) -> None:
        await operator.says("shadow", operator.file, "--no-wait")
        await desk.fold(3, 9, error="ValueError: no")
        said = await operator.says("shadow", "2", code=1)
        assert "scoring: ValueError: no" in said.stderr

    async def test_it_is_ended(self, desk: DefinitionsScene, operator: Operator) -> None:
        begun = await operator.says("shadow", operator.file, "--no-wait")
        assert "version 2 is in the shadow" in begun.stdout
        await operator.says("shadow", "2", "--end")
        assert (await desk.done("GET"))["shadow"] is None
        said = await operator.says("shadow", "2", "--end", code=1)
        assert "Version 2 is not in the shadow." in said.stderr

    async def test_it_is_ended_without_its_number_too(
        self, desk: DefinitionsScene, operator: Operator
    ) -> None:
        await operator.says("shadow", operator.file, "--no-wait")
        said = await operator.says("shadow", "--end")
        assert "version 2 is not in the shadow any more" in said.stdout
        assert (await desk.done("GET"))["shadow"] is None
        said = await operator.says("shadow", "--end", code=1)
        assert "no version is in the shadow" in said.stderr

    async def test_what_is_in_force_is_not_tried(self, operator: Operator) -> None:
        said = await operator.says("shadow", "1", code=1)
        assert "Version 1 is in force already." in said.stderr


class TestActivate:
    async def test_what_is_missing_is_named_with_the_remedy(self, operator: Operator) -> None:
        await operator.says("approve", operator.file, *ANNA)
        said = " ".join((await operator.says("activate", "2", code=1)).stderr.split())
        assert "Version 2 cannot take over: sales has not approved it; it is not in the shadow." in said
        assert "`leadtrace definitions approve 2 --team sales --by NAME`" in said

    async def test_it_takes_over_and_history_shows_it(
        self, desk: DefinitionsScene, operator: Operator
    ) -> None:
        before = (await operator.says("history")).stdout
        assert "nobody has approved a version yet" in before
        assert "version 1 is in force since ever" in before
        await operator.says("approve", operator.file, *ANNA)
        await operator.says("approve", "2", *JONAS)
        await operator.says("shadow", "2", "--no-wait")
        await desk.fold(4, 9)
        during = (await operator.says("history")).stdout
        assert "Version 2 in the shadow since 2026-01-02 00:00 UTC by bootstrap" in during
        await desk.fold()
        said = (await operator.says("activate", "2")).stdout
        assert said.startswith("version 2 is in force since 2026-01-02T00:00:00")
        assert said.rstrip().endswith("before it was version 1")
        after = (await operator.says("history")).stdout
        assert "as agreed [on 12 March]" in after
        assert "ever" in after
        told = json.loads((await operator.says("history", "--json")).stdout)
        assert [one["version"] for one in told["activations"]] == [1, 2]
        assert [one["approved_by"] for one in told["versions"][1]["approvals"]] == [
            "Anna Schmidt",
            "Jonas Weber",
        ]


async def test_a_registered_version_is_shown_by_its_number(operator: Operator) -> None:
    await operator.says("approve", operator.file, *ANNA)
    assert "from 61 points on" in (await operator.says("show", "2")).stdout
    assert "from 60 points on" in (await operator.says("show", "1")).stdout
    assert "No version 7 of the definitions" in (await operator.says("show", "7", code=1)).stderr
