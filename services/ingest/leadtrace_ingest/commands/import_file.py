"""`leadtrace import`: brings in the rows of a file, and lists those that do not go through."""

import asyncio
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from leadtrace.cli.console import BAD_CONFIGURATION, FAILED, ConfigOption, console, errors, run
from leadtrace.cli.installation import admin_key, known_settings
from leadtrace.embedded.services import local_host, service_specs
from leadtrace.runtime.clock import Clock, SystemClock, SystemIds
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace_ingest.commands.import_preview import preview
from leadtrace_ingest.commands.import_report import progress_bar, totals
from leadtrace_ingest.importing.batch import MAX_ROWS, batches
from leadtrace_ingest.importing.checking import Checked, Checker
from leadtrace_ingest.importing.door_client import DoorClient
from leadtrace_ingest.importing.error_file import ErrorFile
from leadtrace_ingest.importing.mapping_file import ImportMapping, load_import_mapping, mapping_path
from leadtrace_ingest.importing.progress_file import Progress, ProgressFile
from leadtrace_ingest.importing.reading import FileFormat, FileOptions, OpenFile, open_rows
from leadtrace_ingest.importing.row import ImportFileError
from leadtrace_ingest.importing.run import CONCURRENCY, ImportRun, Parts
from leadtrace_ingest.outcome import Outcome
from leadtrace_ingest.senders.imported.header import ImportFormat, ImportHeader, hash_of
from leadtrace_ingest.senders.mapping.file import MappingError

_SHARE_OF_BODY = 0.5  # the door's limit holds for the whole body, header and all
_INTERRUPTED = 130

_File = Annotated[
    Path,
    typer.Argument(
        help="The file: .csv, .tsv, .jsonl or .parquet; text may be gzipped.", exists=True, dir_okay=False
    ),
]
_Mapping = Annotated[
    str,
    typer.Option("--mapping", "-m", help="Mapping file, or the name of a shipped one such as hubspot-deals."),
]
_Sender = Annotated[
    str,
    typer.Option("--sender", help="The `<name>` of a [senders.<name>] table, in whose name the rows come."),
]
_Account = Annotated[
    str,
    typer.Option(
        help="The account at the vendor that webhooks bear as well, such as HubSpot's portal id.",
        show_default=False,
    ),
]
_Survivors = Annotated[
    bool,
    typer.Option(
        "--survivors",
        help="Leads that ended before the file was made may be missing in it: those that are there count in "
        "rates from now on.",
    ),
]
_Encoding = Annotated[
    str | None,
    typer.Option(
        help="Such as latin-1; otherwise UTF-8, or what the byte order mark says.", show_default=False
    ),
]
_Delimiter = Annotated[
    str | None,
    typer.Option(help="The sign between values, or `tab`; otherwise found by itself.", show_default=False),
]
_Format = Annotated[
    FileFormat | None,
    typer.Option("--format", help="Otherwise what the name ends with says.", show_default=False),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would come out; nothing is posted.")]
_Errors = Annotated[
    Path | None,
    typer.Option(
        "--errors",
        help="Where rows that do not go through are listed; otherwise <FILE>.errors.csv here.",
        show_default=False,
    ),
]
_Patience = Annotated[
    float, typer.Option(help="Seconds to wait for a door or a relay that does not answer.", min=0)
]


@dataclass(frozen=True, slots=True)
class Job:
    """What is imported, and how."""

    path: Path
    sender: str
    account: str
    mapping: ImportMapping
    options: FileOptions
    errors: Path
    patience_s: float
    survivors: bool


def import_file(  # noqa: PLR0917 - an option each
    file: _File,
    mapping: _Mapping,
    sender: _Sender,
    account: _Account = "",
    survivors: _Survivors = False,
    encoding: _Encoding = None,
    delimiter: _Delimiter = None,
    format_: _Format = None,
    dry_run: _DryRun = False,
    errors_file: _Errors = None,
    patience: _Patience = 60.0,
    config: ConfigOption = None,
) -> None:
    """Bring in an export: rows become the same records as the vendor's webhooks, and each counts once.

    A row is known by what it says: importing a file again, or a newer export on top of it, brings only the
    rows that changed. After Ctrl-C the same command goes on where it stopped. Exit code 1: rows were refused.

    For instance:

    ```
    leadtrace import deals.csv --mapping hubspot-deals --sender hubspot --account 33
    leadtrace import contacts.csv -m mine.yaml --sender hubspot --account 33 --dry-run
    ```
    """
    with _explained():
        settings = known_settings(config)
        if sender not in settings.senders:
            known = ", ".join(settings.senders) or "none"
            raise SettingsError([f"senders.{sender}: no such table; configured are: {known}"])
        loaded = load_import_mapping(mapping_path(mapping), settings.reporting.currency)
        beside = errors_file or Path(f"{file.name}.errors.csv")
        if beside.exists() and beside.samefile(file):
            raise ImportFileError(f"--errors {beside}: that is the file to be imported")
        options = FileOptions(format_, encoding, delimiter)
        job = Job(file, sender, account, loaded, options, beside, patience, survivors)
        refused = _preview(job) if dry_run else run(_Import(job, settings, SystemClock()).run())
    if refused:
        raise typer.Exit(FAILED)


def _preview(job: Job) -> int:
    with open_rows(job.path, job.mapping.file, job.options) as opened:
        console.print(f"{escape(job.path.name)}: {escape(opened.described)}", highlight=False)
        return preview(_checked(job, opened, SystemClock()))


def _checked(job: Job, opened: OpenFile, clock: Clock, *, begun: int = 0) -> Iterator[Checked]:
    checker = Checker(job.mapping, job.sender, _header(job, opened.format, 1), clock.now())
    return checker.check(islice(opened.rows, begun, None))


def _header(job: Job, format_: FileFormat, first_row: int) -> ImportHeader:
    name = hash_of(job.path.name.encode())
    rows = ImportFormat(file=name, format=format_.value, first_row=first_row)
    return ImportHeader(
        msgspec.Raw(job.mapping.content), job.mapping.hash, rows, job.account, survivors=job.survivors
    )


class _Import:
    """One import against a running door; made within the loop that runs it."""

    def __init__(self, job: Job, settings: Settings, clock: Clock) -> None:
        self._job = job
        self._settings = settings
        self._clock = clock
        words = (job.mapping.hash, job.sender, job.account, *(["survivors"] if job.survivors else []))
        self._kept = ProgressFile(settings.embedded.data_dir / "imports", job.path, *words)
        found = self._kept.read()
        self._begun = found or Progress(run=str(SystemIds(clock).uuid7()))
        self._failures = ErrorFile(job.errors, append=found is not None)

    async def run(self) -> int:
        """Import the file; how many of its rows did not go through."""
        client, stop = self._client(), asyncio.Event()
        _stop_on_interrupt(stop)
        try:
            with open_rows(self._job.path, self._job.mapping.file, self._job.options) as opened:
                one, through = await self._post(opened, client, stop)
        except asyncio.CancelledError:
            raise typer.Exit(_INTERRUPTED) from None
        finally:
            await client.close()
            written = self._failures.close()
        if through and not stop.is_set():
            self._kept.forget()
        return self._conclude(one, written=written, through=through)

    async def _post(
        self, opened: OpenFile, client: DoorClient, stop: asyncio.Event
    ) -> tuple[ImportRun, bool]:
        job, begun = self._job, self._begun
        console.print(f"{escape(job.path.name)}: {escape(opened.described)}", highlight=False)
        if begun.seen:
            console.print(f"going on behind {begun.tally.read:,} rows of an earlier run", highlight=False)
        with progress_bar(opened) as show:
            parts = Parts(
                client=client,
                errors=self._failures,
                progress=self._kept,
                header=lambda first: _header(job, opened.format, first),
                on_progress=show,
                settle_within_s=job.patience_s,
            )
            one = ImportRun(parts, begun, stop)
            checked = _checked(job, opened, self._clock, begun=begun.seen)
            waiting = batches(checked, max_rows=self._rows(), max_bytes=self._bytes(), first=begun.batches)
            through = await one.post(waiting)
            if through:
                await one.settle()
        return one, through

    def _conclude(self, one: ImportRun, *, written: bool, through: bool) -> int:
        tally = one.tally
        console.print(totals(tally))
        if written:
            console.print(f"rows that did not go through: {escape(str(self._job.errors))}", highlight=False)
        if not through:
            console.print("stopped; the same command goes on here", highlight=False)
            raise typer.Exit(_INTERRUPTED)
        if tally.pending:
            console.print(f"{tally.pending:,} rows are accepted and wait for the relay", highlight=False)
        return tally.refused + tally.outcomes.get(Outcome.QUARANTINED.value, 0)

    def _client(self) -> DoorClient:
        ports = self._settings.ports
        (door,) = (one for one in service_specs(ports) if one.name == "door")
        return DoorClient(
            door.url(local_host(ports)),
            self._job.sender,
            admin_key(self._settings),
            patience_s=self._job.patience_s,
            connections=2 * CONCURRENCY,
        )

    def _rows(self) -> int:
        return min(MAX_ROWS, self._settings.door.max_items)

    def _bytes(self) -> int:
        return int(self._settings.door.max_body_bytes * _SHARE_OF_BODY)


def _stop_on_interrupt(stop: asyncio.Event) -> None:
    """Ctrl-C lets what is on its way arrive; once more does not wait for it."""
    task = asyncio.current_task()

    def interrupt() -> None:
        if stop.is_set() and task is not None:
            task.cancel()
        stop.set()

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupt)


@contextmanager
def _explained() -> Generator[None]:
    """Say what is wrong with mapping, configuration or file in words."""
    try:
        yield
    except MappingError as error:
        for line in str(error).splitlines():
            errors.print(f"[red]mapping:[/] {escape(line)}", highlight=False, soft_wrap=True)
        raise typer.Exit(BAD_CONFIGURATION) from None
    except SettingsError as error:
        for problem in error.problems:
            errors.print(f"[red]configuration:[/] {escape(problem)}", highlight=False, soft_wrap=True)
        raise typer.Exit(BAD_CONFIGURATION) from None
    except ImportFileError as error:
        errors.print(f"[red]import:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None
