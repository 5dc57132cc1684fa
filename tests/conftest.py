"""Guards that every test stands under, hypothesis profiles, and the plugins that start real things.

A guard turns hidden damage into a failure: a skip in CI, an internal error in the logs, a leaked task.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Generator, Iterator

import pytest
import pytest_asyncio
import structlog
from hypothesis import HealthCheck, settings

# Each starts its thing once a session and hands every test a clean part of it.
pytest_plugins = ["leadtrace.testing.brokers", "leadtrace.testing.postgres"]

# Workers are given a width, which the consoles that modules make would keep whatever a test asks for.
os.environ.pop("COLUMNS", None)

# Tasks that were told to stop may need a few turns of the loop; what is left after this was forgotten.
GRACE_S = 2.0

settings.register_profile("fast", max_examples=30, deadline=None)
settings.register_profile(
    "ci",
    max_examples=300,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def _skips_fail() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and _skips_fail():
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"a skip is a failure in CI: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Green by skipping is not green: in CI whatever a test needs must be there."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that skips itself."""
    report = yield
    _refuse_skip(report)
    return report


class InternalErrors(logging.Handler):
    """Collects what was logged as an exception nobody handled, or by asyncio about a lost task."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line if it carries a traceback or comes from the event loop."""
        inner = record.msg if isinstance(record.msg, dict) else {}
        if record.name == "asyncio" or record.exc_info or inner.get("exc_info"):
            self.lines.append(f"{record.name}: {record.getMessage()} {record.exc_info or ''}")


@pytest.fixture(autouse=True)
def no_internal_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which our code logged an exception that it did not expect.

    `@pytest.mark.logs_internal_errors` lets a test pass that provokes one on purpose.
    """
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    errors = InternalErrors()
    root.addHandler(errors)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    if errors.lines and request.node.get_closest_marker("logs_internal_errors") is None:
        pytest.fail("internal errors were logged:\n" + "\n".join(errors.lines))


@pytest.fixture(autouse=True)
def no_leaked_tasks(request: pytest.FixtureRequest) -> None:
    """Fail an async test that leaves tasks behind: they would run on into its neighbours."""
    if request.node.get_closest_marker("asyncio") is not None:
        request.getfixturevalue("_tasks_of_the_test")


@pytest_asyncio.fixture
async def _tasks_of_the_test() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    leaked = asyncio.all_tasks() - before - {asyncio.current_task()}
    if not leaked:
        return
    _, leaked = await asyncio.wait(leaked, timeout=GRACE_S)
    for task in leaked:
        task.cancel()
    await asyncio.gather(*leaked, return_exceptions=True)
    if leaked:
        pytest.fail(f"tasks were left behind: {sorted(repr(task.get_coro()) for task in leaked)}")
