"""`leadtrace migrate`: bring every schema up to date."""

from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.cli.tables import plain_table
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.embedded.postgres import EmbeddedPostgres
from leadtrace.runtime.settings import Settings
from leadtrace.store.migrate import RoomResult
from leadtrace.store.migrate import migrate as migrate_database


def migrate(config: ConfigOption = None) -> None:
    """Apply the migrations that the database lacks, one schema for each service.

    `leadtrace up` does this by itself. Run it by hand before a new version is rolled out on a database
    that you look after yourself. Without postgres.url it starts the PostgreSQL of the data folder meanwhile.
    With postgres.reader_password it makes `leadtrace_reader`, the login that dashboards ask with.

    For instance:

    ```
    leadtrace migrate
    LEADTRACE_POSTGRES__URL=postgresql://owner@db.example.com/leadtrace leadtrace migrate
    ```
    """
    with explained():
        settings = known_settings(config)
    _show(run(_migrate(settings)))


async def _migrate(settings: Settings) -> list[RoomResult]:
    if settings.postgres.url is not None:
        return await _migrate_at(settings.postgres_url, settings)
    with DataFolder(settings.embedded.data_dir) as folder:
        postgres = EmbeddedPostgres(folder.postgres, folder.log_of("postgres"))
        await postgres.start(settings.embedded.start_deadline_s)
        try:
            return await _migrate_at(postgres.url, settings)
        finally:
            await postgres.stop()


async def _migrate_at(url: str, settings: Settings) -> list[RoomResult]:
    return await migrate_database(
        url, lock_timeout_s=settings.postgres.lock_timeout_s, reader_password=settings.reader_password
    )


def _show(results: list[RoomResult]) -> None:
    table = plain_table("service", "was at", "is at", "applied")
    for result in results:
        applied = "\n".join(result.applied) or "[dim]up to date[/]"
        table.add_row(result.room.service, result.before or "-", result.after or "-", applied)
    console.print(table)
