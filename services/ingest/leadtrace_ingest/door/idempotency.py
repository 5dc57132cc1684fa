"""`Idempotency-Key`: the same key with the same request gets the first answer again, and nothing is stored.

The key stands in the intake row, under a unique index, so that it holds over crashes and among doors. The
answer is not stored: it follows from the row, since adapters are pure.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from leadtrace.runtime.patience import within
from leadtrace.runtime.problem import problem
from leadtrace.store.connection import Pool
from leadtrace.store.engine import UNAVAILABLE
from leadtrace_ingest.door.intake import IntakeEntry, NotDurableError
from leadtrace_ingest.door.refusal import RefusedRequestError
from leadtrace_ingest.senders.sender import ROUTE, Adapter, Delivery

HEADER = b"idempotency-key"
REPLAYED = (b"idempotency-replayed", b"true")
LONGEST_KEY = 255
_NAME = "Idempotency-Key"
_VISIBLE = range(0x21, 0x7F)
_CONTENT_TYPE = "content-type"
_HEADERS = msgspec.json.Decoder(dict[str, str])
_NO_ANSWER: tuple[type[Exception], ...] = (*UNAVAILABLE, asyncpg.PostgresError)

_FIRST = """
select intake_id, received_at, items, headers, body from ingest.intake
where sender = $1 and idempotency_key = $2
"""


class First(msgspec.Struct, frozen=True, gc=False):
    """The request that used a key first, as it was stored."""

    intake_id: UUID
    received_at: datetime
    items: int
    headers: str
    body: bytes

    def delivery(self) -> Delivery:
        """The delivery as its adapter sees it."""
        headers = _HEADERS.decode(self.headers)
        return Delivery(headers.get(ROUTE, ""), headers, self.body, self.received_at)


def key_of(headers: Mapping[bytes, bytes]) -> str | None:
    """The request's key; None if it has none.

    Raises:
        RefusedRequestError: it is empty, too long, or not of visible ASCII characters.
    """
    given = headers.get(HEADER)
    if given is None:
        return None
    key = given.strip()
    if not 0 < len(key) <= LONGEST_KEY or any(byte not in _VISIBLE for byte in key):
        raise RefusedRequestError(
            problem(
                400,
                "idempotency_key",
                f"{_NAME}: must be 1 to {LONGEST_KEY} visible ASCII characters.",
                parameter=_NAME,
                remedy="Use a fresh UUID for each request, and the same one when you repeat it.",
            )
        )
    return key.decode()


class IdempotencyKeys:
    """Finds who used a key first, once the request that bears it was committed or passed over."""

    def __init__(self, pool: "Callable[[], Pool | None]") -> None:
        self._pool = pool

    async def first(self, entry: IntakeEntry, adapter: Adapter, *, within_s: float) -> First | None:
        """The earlier request with the key of `entry`; None if `entry` itself was the first.

        Raises:
            RefusedRequestError: the earlier request said something else.
            NotDurableError: PostgreSQL does not tell in time.
        """
        found = await self._read(entry, within_s)
        if found is None or found.intake_id == entry.intake_id:
            return None
        if found.body != entry.body or not _alike(found.headers, entry.headers, adapter):
            raise RefusedRequestError(
                problem(
                    422,
                    "idempotency_key",
                    f"{_NAME}: an earlier request with this key had other content.",
                    parameter=_NAME,
                    remedy="Use a new key for a new request; repeat a request with its content unchanged.",
                    intake_id=str(found.intake_id),
                )
            )
        return found

    async def _read(self, entry: IntakeEntry, within_s: float) -> First | None:
        pool = self._pool()
        if pool is None:
            raise NotDurableError("the database that knows the idempotency keys is not there yet")
        try:
            asked = pool.fetchrow(_FIRST, entry.sender, entry.idempotency_key)
            row = await within(within_s, asked)
        except _NO_ANSWER as error:
            raise NotDurableError("the database that knows the idempotency keys is away") from error
        return None if row is None else First(**row)


def _alike(one: str, other: str, adapter: Adapter) -> bool:
    """Whether two requests have the same content as far as it stands in their headers."""
    return _content(one, adapter) == _content(other, adapter)


def _content(headers: str, adapter: Adapter) -> dict[str, str]:
    prefixes = tuple(prefix.decode() for prefix in adapter.kept_prefixes)
    return {
        name: value
        for name, value in _HEADERS.decode(headers).items()
        if name in {_CONTENT_TYPE, ROUTE} or (prefixes and name.startswith(prefixes))
    }
