"""Every service is laid out alike: a reader who knows one of them knows four."""

from pathlib import Path

import pytest

from tests.house.checkout import ROOT, SERVICES

FILES_OF_A_ROOM = ("main", "settings", "wiring", "handlers", "store", "tables")


def room(service: str) -> Path:
    """The package inside a service's folder."""
    return ROOT / "services" / service / f"leadtrace_{service}"


@pytest.mark.parametrize("name", FILES_OF_A_ROOM)
@pytest.mark.parametrize("service", SERVICES)
def test_room_has_the_usual_files(service: str, name: str) -> None:
    """The same question has the same place in each; a large one may be a folder of that name."""
    assert (room(service) / f"{name}.py").is_file() or (room(service) / name / "__init__.py").is_file()


@pytest.mark.parametrize("service", SERVICES)
def test_room_ships_its_migrations(service: str) -> None:
    """A schema without migrations cannot be brought to where an older installation stands."""
    assert any((room(service) / "migrations").glob("**/20*.py")), "migration files are named date first"
