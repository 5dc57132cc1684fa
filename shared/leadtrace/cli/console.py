"""What commands share at the edge: where they print, the option that names the file, errors in words."""

import asyncio
import logging
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import httpx
import typer
from rich.console import Console
from rich.markup import escape
from sqlalchemy.exc import DBAPIError

from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.cli.admin_call import AdminProblemError
from leadtrace.cli.traffic.sender import RefusedError
from leadtrace.embedded.datafolder import DataFolderLockedError
from leadtrace.embedded.postgres_home import PostgresUnavailableError
from leadtrace.embedded.readiness import BrokerFailedError
from leadtrace.embedded.supervisor import StartFailedError
from leadtrace.runtime.logging import mask_url
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.store.migrate import NewerSchemaError

BAD_CONFIGURATION = 2
FAILED = 1

console = Console()
errors = Console(stderr=True)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="Configuration file; otherwise LEADTRACE_CONFIG, otherwise ./leadtrace.toml if it is there.",
        show_default=False,
    ),
]

_EXPECTED = (
    AdminProblemError,
    BrokerFailedError,
    BusUnavailableError,
    DataFolderLockedError,
    NewerSchemaError,
    PostgresUnavailableError,
    StartFailedError,
    DBAPIError,
    OSError,
    RefusedError,
    httpx.HTTPError,
)

_T = TypeVar("_T")


def run(work: Coroutine[object, object, _T]) -> _T:
    """Run a command's work; what an operator can mend is said in words, without a traceback."""
    if not logging.getLogger().handlers:
        # A command that keeps no log says itself what failed; libraries would say it once more, raw.
        logging.getLogger().addHandler(logging.NullHandler())
    with explained():
        return asyncio.run(work)


@contextmanager
def explained() -> Generator[None]:
    """Say expected errors in words: exit code 2 for the configuration, 1 for everything else."""
    try:
        yield
    except SettingsError as error:
        for problem in error.problems:
            errors.print(f"[red]configuration:[/] {escape(mask_url(problem))}")
        raise typer.Exit(BAD_CONFIGURATION) from None
    except _EXPECTED as error:
        errors.print(
            f"[red]error:[/] {escape(mask_url(str(error) or type(error).__name__))}", highlight=False
        )
        raise typer.Exit(FAILED) from None
