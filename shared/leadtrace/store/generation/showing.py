"""Views that show a shadow's rows to other services; while there is none, they show nothing."""

from leadtrace.store.connection import Connection
from leadtrace.store.generation.tables import Generation


async def show(connection: Connection, generation: Generation) -> None:
    """Let others read the next generation's rows."""
    await _say(connection, generation, shadow=True)


async def hide(connection: Connection, generation: Generation) -> None:
    """Let them read nothing: call it before the next generation's tables get another name, or go."""
    await _say(connection, generation, shadow=False)


async def _say(connection: Connection, generation: Generation, *, shadow: bool) -> None:
    for table in generation.tables:
        if table.shown is not None:
            view, columns = table.shown
            rows = generation.next(table) if shadow else f"{generation.live(table)} where false"
            await connection.execute(
                f"create or replace view {generation.schema}.{view} as select {columns} from {rows}"
            )
