"""Every reason says to a person what it means and what to do, and the page that lists them is up to date."""

from pathlib import Path

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.quarantine.documentation import with_reasons
from tests.house.checkout import text

PAGE = Path("docs/quarantine.md")
UPDATE = """.venv/bin/python -c "
from pathlib import Path
from leadtrace_ingest.quarantine.documentation import with_reasons
page = Path('docs/quarantine.md')
page.write_text(with_reasons(page.read_text()))" """


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_reason_says_what_it_means_and_what_to_do(reason: Reason) -> None:
    """Whoever finds an item in quarantine at night has only its code, its sentence and its remedy."""
    assert reason.sentence.endswith(".")
    assert reason.remedy.endswith("."), f"{reason} has no remedy"


def test_the_page_lists_them_as_they_are() -> None:
    """A list that is kept by hand lacks the newest code, which is the one that somebody looks up."""
    page = text(PAGE)
    assert page == with_reasons(page), f"update the page with:\n{UPDATE}"
