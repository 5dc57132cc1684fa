"""`Idempotency-Key`: the same key with the same request gets the first answer again, and nothing is stored.

Keys are stored in the transaction that stores the delivery, under a unique index, so that they hold over
crashes and among doors, and for as long as the delivery is kept. The answer is not stored: it follows from
the delivery, since adapters are pure.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from starlette.responses import Response

from leadtrace.runtime.patience import within
from leadtrace.runtime.problem import problem
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Pool
from leadtrace.store.engine import UNAVAILABLE
from leadtrace_ingest.door.intake import IntakeEntry, NotDurableError
from leadtrace_ingest.door.refusal import RefusedRequestError
from leadtrace_ingest.personal.raw import opened_delivery
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
select intake_id, received_at, items, headers, body, body_key, raw_erased_at
from ingest.idempotency_keys key join ingest.intake using (intake_id)
where key.sender = $1 and key.key = $2
"""


class First(msgspec.Struct, frozen=True, gc=False):
    """The request that used a key first, in clear."""

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

    def __init__(self, pool: "Callable[[], Pool | None]", wrapper: KeyWrapper) -> None:
        self._pool = pool
        self._wrapper = wrapper

    async def first(
        self, entry: IntakeEntry, delivery: Delivery, adapter: Adapter, *, within_s: float
    ) -> First | None:
        """The earlier request with the key of `entry`, which seals `delivery`; None if it was the first.

        Raises:
            RefusedRequestError: the earlier request said something else.
            NotDurableError: PostgreSQL does not tell in time.
        """
        found = await self._read(entry, within_s)
        if found is None or found.intake_id == entry.intake_id:
            return None
        alike = _content(_HEADERS.decode(found.headers), adapter) == _content(delivery.headers, adapter)
        if found.body != delivery.body or not alike:
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
        if row is None:
            return None
        intake_id, received_at, items, headers, body, body_key, erased_at = row
        if erased_at is not None:
            raise RefusedRequestError(_erased(intake_id))
        raw = opened_delivery(self._wrapper, intake_id, headers, body, body_key)
        return First(intake_id, received_at, items, raw.headers, raw.body)


def _erased(intake_id: UUID) -> Response:
    return problem(
        410,
        "erased",
        f"{_NAME}: the request with this key was accepted, and its content was erased since.",
        parameter=_NAME,
        remedy="Do not repeat it; use a new key for a new request.",
        intake_id=str(intake_id),
    )


def _content(headers: Mapping[str, str], adapter: Adapter) -> dict[str, str]:
    """What of a request's content stands in its headers."""
    prefixes = tuple(prefix.decode() for prefix in adapter.kept_prefixes)
    return {
        name: value
        for name, value in headers.items()
        if name in {_CONTENT_TYPE, ROUTE} or (prefixes and name.startswith(prefixes))
    }
