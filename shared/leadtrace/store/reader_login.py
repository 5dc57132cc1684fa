"""The login of whoever only looks, such as Grafana: it reads the statistics, and writes nothing.

PostgreSQL is never told the password, only what to check it by, so that no log of statements holds it.
"""

import hashlib
import hmac
import secrets
from base64 import b64encode

from sqlalchemy.ext.asyncio import AsyncConnection

from leadtrace.store.roles import READER_LOGIN, READONLY_ROLE, SHORTEST_PASSWORD, is_reader_password

_ITERATIONS = 4_096
_SALT_BYTES = 16

# A dashboard that asks too much must not hold up who works.
_DEFAULTS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
    "search_path": "pg_catalog",
}
_MOST_CONNECTIONS = 20
_CREATE = f"""
do $$
begin
  create role {READER_LOGIN} login;
exception when duplicate_object or unique_violation then
  null;
end
$$
"""


def scram_verifier(password: str, salt: bytes, iterations: int = _ITERATIONS) -> str:
    """What PostgreSQL keeps of a password: SCRAM-SHA-256 by RFC 5802 and RFC 7677, in its own notation."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    told = [b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${iterations}:{told[0]}${told[1]}:{told[2]}"


async def ensure_reader(connection: AsyncConnection, password: str) -> None:
    """Make the login if it is missing, and give it this password; other sessions of it go on.

    Raises:
        ValueError: the password is too short, or not of printable ASCII characters.
        sqlalchemy.exc.DBAPIError: the connecting user may not make or change it.
    """
    if not is_reader_password(password):
        raise ValueError(f"a password has at least {SHORTEST_PASSWORD} printable ASCII characters")
    verifier = scram_verifier(password, secrets.token_bytes(_SALT_BYTES))
    limit = f"connection limit {_MOST_CONNECTIONS}"
    await connection.exec_driver_sql(_CREATE)
    await connection.exec_driver_sql(f"alter role {READER_LOGIN} login {limit} password '{verifier}'")
    for name, value in _DEFAULTS.items():
        await connection.exec_driver_sql(f"alter role {READER_LOGIN} set {name} = '{value}'")
    await connection.exec_driver_sql(f"grant {READONLY_ROLE} to {READER_LOGIN}")
