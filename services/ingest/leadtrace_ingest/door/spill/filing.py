"""Filing what was spilled: into the intake log, under the id and the receipt time that the door gave.

Filing again what is there already changes nothing, so a crash between insert and removal costs nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from leadtrace.runtime.logging import get_logger
from leadtrace.store.connection import Connection
from leadtrace_ingest.door.intake import VALUE_AT_FAULT, IntakeEntry, insert_entries
from leadtrace_ingest.portions import portions

CHUNK_ENTRIES = 500
_CHUNK_BYTES = 4_194_304
_TIMEOUT_S = 60.0

_log = get_logger("leadtrace.ingest.spill")


async def file_entries(connection: Connection, entries: Sequence[IntakeEntry]) -> list[IntakeEntry]:
    """Insert what is not there yet; entries whose values the database cannot hold are returned.

    Raises:
        Exception: the database is away or refuses altogether; the same call may be made again.
    """
    refused: list[IntakeEntry] = []
    for chunk in portions(
        entries, lambda entry: len(entry.body), most_bytes=_CHUNK_BYTES, most=CHUNK_ENTRIES
    ):
        try:
            await _insert(connection, chunk)
        except VALUE_AT_FAULT:
            refused += await _one_by_one(connection, chunk)
    return refused


async def _one_by_one(connection: Connection, entries: Sequence[IntakeEntry]) -> list[IntakeEntry]:
    refused = []
    for entry in entries:
        try:
            await _insert(connection, [entry])
        except VALUE_AT_FAULT as error:
            _log.error("spill.refused_by_database", intake_id=str(entry.intake_id), kind=type(error).__name__)
            refused.append(entry)
    return refused


async def _insert(connection: Connection, entries: Sequence[IntakeEntry]) -> None:
    await insert_entries(connection, entries, timeout_s=_TIMEOUT_S)
    # Nobody could look up an idempotency key when these were acknowledged, so none of them may be dropped for
    # one that is taken: without its key it is stored, and the identity of its items tells what is a copy.
    keyed = [replace(entry, idempotency_key=None) for entry in entries if entry.idempotency_key is not None]
    if keyed:
        await insert_entries(connection, keyed, timeout_s=_TIMEOUT_S)
