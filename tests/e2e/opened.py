"""The quarantine of a running installation in clear, with the master key of its data folder."""

import base64
from uuid import UUID

from leadtrace.runtime.vault.wrapper import LocalWrapper
from leadtrace.store.connection import Connection
from leadtrace.testing.installation import Installation
from leadtrace_ingest.personal.raw import opened_item

_HELD = "select quarantine_id, intake_id, item, raw, raw_key from ingest.quarantine order by quarantine_id"


async def held_raws(installation: Installation, database: Connection) -> dict[UUID, tuple[UUID, bytes]]:
    """The delivery and the bytes of every held item, in the order in which they were held."""
    lines = (installation.folder / "master-keys").read_text().split()
    wrapper = LocalWrapper([base64.b64decode(line) for line in lines])
    return {
        held_id: (intake_id, opened_item(wrapper, intake_id, item, raw, raw_key))
        for held_id, intake_id, item, raw, raw_key in await database.fetch(_HELD)
    }
