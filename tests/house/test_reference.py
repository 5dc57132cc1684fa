"""What docs/reference says is what the code says."""

from pathlib import Path

import pytest

from tests.house.checkout import text
from tests.house.reference.pages import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_page_is_as_the_code_has_it(name: str) -> None:
    """A reference that is kept by hand lacks the newest flag, which is the one that somebody looks up."""
    assert text(Path(name)) == PAGES[name](), f"{name} is out of date; run scripts/reference"


def test_every_reference_is_made_of_code() -> None:
    """A page beside the generated ones would be taken for one of them."""
    folder = Path("docs/reference")
    pages = {path.as_posix() for path in (Path(name) for name in PAGES) if path.parent == folder}
    assert {path.as_posix() for path in folder.glob("*.md")} - {"docs/reference/README.md"} <= pages
