"""Killing a process of a running installation as soon as its database says that it is amid something."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadtrace.embedded.datafolder import DataFolder
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation

# Two installations may be at work on two cores.
_AMID_WITHIN_S = 60.0


@asynccontextmanager
async def killed_once(
    installation: Installation, name: str, condition: str, *, what: str
) -> AsyncIterator[tuple[int, Connection]]:
    """The id of the process that was killed once a statement answered, and a connection to its database."""
    victim = installation.find(name)
    state = DataFolder(installation.folder).read_state()
    assert state is not None
    connection = await connect(state.postgres_url)
    try:
        await eventually_answers(lambda: connection.fetchval(condition), what=what, deadline_s=_AMID_WITHIN_S)
        victim.kill()
        yield victim.pid, connection
    finally:
        await connection.close()
