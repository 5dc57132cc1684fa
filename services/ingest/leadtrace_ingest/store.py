"""How ingest talks to its schema: names, the wake-up channel, and the secret of the installation."""

import secrets

from leadtrace.store.connection import Connection

SCHEMA = "ingest"
EVENT_NUMBER_BLOCK = 1_000
NOTIFY_CHANNEL = "leadtrace_ingest_intake"
SECRET_BYTES = 32

_MAKE_ROW = "insert into ingest.installation (secret) values ($1) on conflict do nothing"
_READ_ROW = "select secret from ingest.installation"


async def installation_secret(connection: Connection) -> bytes:
    """The installation's secret, made by whoever asks first and the same for all from then on."""
    secret: bytes | None = await connection.fetchval(_READ_ROW)
    if secret is None:
        await connection.execute(_MAKE_ROW, secrets.token_bytes(SECRET_BYTES))
        secret = await connection.fetchval(_READ_ROW)
    assert secret is not None  # noqa: S101 - the row was just made, by us or by another relay
    return secret
