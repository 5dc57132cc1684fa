"""Every tutorial is listed, short, and has something to type that is answered."""

import pytest

from tests.e2e import tutorials

LONGEST = 120


def test_every_tutorial_is_listed() -> None:
    """One that the list lacks is typed by no test, and found by no reader."""
    there = {path.name for path in tutorials.FOLDER.glob("*.md")} - {"README.md"}
    assert set(tutorials.pages()) == there


@pytest.mark.parametrize("page", tutorials.pages())
class TestTutorial:
    """The test that types them sees only what the parser finds."""

    def test_is_short(self, page: str) -> None:
        assert len((tutorials.FOLDER / page).read_text(encoding="utf-8").splitlines()) <= LONGEST

    def test_shows_answers(self, page: str) -> None:
        steps = tutorials.steps(page)
        assert len(steps) >= 3
        assert sum(step.shown is not None for step in steps) >= len(steps) - 1

    def test_another_answer_is_noticed(self, page: str) -> None:
        for step in tutorials.steps(page):
            assert step.shown is None or step.misses("error: no such option\n") is not None

    def test_every_block_is_of_a_known_kind(self, page: str) -> None:
        """A command in a block of another kind would be shown and never typed."""
        assert tutorials.kinds(page) <= {"sh", "text", "toml", "json", "yaml", "csv", "xml"}
