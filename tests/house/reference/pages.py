"""The pages of docs/ that are made of code, each with what makes it."""

from collections.abc import Callable, Mapping

from leadtrace.runtime.metric_page import every_definition, with_metrics
from tests.house.checkout import ROOT
from tests.house.reference.api_page import api_page
from tests.house.reference.cli_page import cli_page
from tests.house.reference.events_page import events_page
from tests.house.reference.settings_page import settings_page


def metrics_page() -> str:
    """docs/metrics.md, of which only the catalogue is made of code."""
    return with_metrics((ROOT / "docs/metrics.md").read_text(encoding="utf-8"), every_definition())


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/metrics.md": metrics_page,
    "docs/reference/api.md": api_page,
    "docs/reference/cli.md": cli_page,
    "docs/reference/events.md": events_page,
    "docs/reference/settings.md": settings_page,
}
