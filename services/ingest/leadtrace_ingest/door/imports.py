"""The route of imports: rows with their mapping go into the intake log like any delivery.

`POST /v1/import/{sender}` keeps a delivery, `GET` with `?id=` says what became of each. With an
`Idempotency-Key` a delivery that is posted again after a lost answer is kept once.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.events.times import from_micros
from leadtrace.runtime.admin import Authorize
from leadtrace.runtime.clock import Clock, Ids
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.problem import problem
from leadtrace.runtime.retry import RETRIED
from leadtrace.runtime.settings_groups import Door as DoorSettings
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Pool
from leadtrace_ingest.door.body import BodyReader, unpacked
from leadtrace_ingest.door.committer import Committer
from leadtrace_ingest.door.intake import IntakeEntry, Kept, NotDurableError
from leadtrace_ingest.door.refusal import (
    ClientGoneError,
    RefusedRequestError,
    import_waits,
    not_durable,
    too_large,
    unknown_sender,
)
from leadtrace_ingest.metrics import ACCEPTED_ITEMS
from leadtrace_ingest.personal.raw import opened_delivery, sealed_delivery
from leadtrace_ingest.senders.imported.adapter import Imports
from leadtrace_ingest.senders.imported.header import ROUTE_NAME, ImportHeaderError, read_header
from leadtrace_ingest.senders.mapping.file import MappingError
from leadtrace_ingest.senders.sender import IMPORT, ROUTE, Delivery, Sender

IDEMPOTENCY_KEY = "Idempotency-Key"
PATH = "/v1/import/{sender}"
_LONGEST_KEY = 100
_MOST_IDS = 200
_MOST_PENDING = 16
_COME_AGAIN_S = 1
_GONE = Response(status_code=400)

_STORED = """
select intake_id, items, headers, body, body_key
from ingest.idempotency_keys key join ingest.intake using (intake_id)
where key.sender = $1 and key.key = $2
"""
_FATES = """
select intake_id, items, state, outcomes from ingest.intake where sender = $1 and intake_id = any($2::uuid[])
"""
# Rows of an import wait in one line with what their sender posts: the line may not become long.
_PENDING = """
select count(*) from (
  select from ingest.intake where state = 'pending' and sender = $1 and headers ? ':import' limit $2
) waiting
"""
_HELD = "select intake_id, item, reason, detail from ingest.quarantine where intake_id = any($1::uuid[])"


class ImportRoutes:
    """Keeps imports, and says what became of them."""

    def __init__(
        self,
        *,
        senders: Mapping[str, Sender],
        reporting_currency: str,
        pool: Pool,
        committer: Committer,
        limits: DoorSettings,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        wrapper: KeyWrapper,
        authorize: Authorize,
    ) -> None:
        self._imports = {name: Imports(name, reporting_currency) for name in senders}
        self._pool = pool
        self._committer = committer
        self._limits = limits
        self._bodies = BodyReader(limits.max_body_bytes, limits.max_waiting_bytes)
        self._clock = clock
        self._ids = ids
        self._accepted = metrics.counter(ACCEPTED_ITEMS)
        self._wrapper = wrapper
        self._authorize = authorize

    def routes(self) -> list[Route]:
        """What the app serves."""
        return [
            Route(PATH, self._guarded_post, methods=["POST"]),
            Route(PATH, self._guarded_get, methods=["GET"]),
        ]

    async def _guarded_post(self, request: Request) -> Response:
        try:
            return self._authorize(request) or await self._keep(request)
        except RefusedRequestError as refused:
            return refused.response
        except ClientGoneError:
            return _GONE
        except RETRIED as error:
            return not_durable(type(error).__name__).response

    async def _guarded_get(self, request: Request) -> Response:
        try:
            return self._authorize(request) or await self._tell(request)
        except RefusedRequestError as refused:
            return refused.response
        except RETRIED as error:
            return problem(
                503,
                "unavailable",
                f"The database is away ({type(error).__name__}); nothing is lost.",
                remedy="Send the same request again.",
                headers={"Retry-After": "5"},
            )

    async def _keep(self, request: Request) -> Response:
        sender, imports = self._sender(request)
        headers = dict(request.headers.raw)
        body = await self._bodies.read(headers, request.receive)
        body = unpacked(body, headers, self._limits.max_body_bytes, guess=False)
        try:
            adapter, header = imports.usable(body), read_header(body)
        except (ImportHeaderError, MappingError) as error:
            return _unusable(str(error))
        kept = {ROUTE: ROUTE_NAME, IMPORT: header.mapping_hash}
        await self._wait_in_line(sender)
        delivery = Delivery(ROUTE_NAME, kept, body, from_micros(self._clock.now_us()))
        items = adapter.count(delivery)
        if items > self._limits.max_items:
            raise too_large(f"The delivery has {items} rows; the door takes {self._limits.max_items}.")
        key = request.headers.get(IDEMPOTENCY_KEY)
        intake_id = self._ids.uuid7()
        sealed = sealed_delivery(self._wrapper, intake_id, delivery, ())
        entry = IntakeEntry(
            intake_id,
            sender,
            delivery.received_at,
            items,
            sealed.headers,
            sealed.body,
            None if key is None else f"{ROUTE_NAME}:{key[:_LONGEST_KEY]}",
            sealed.body_key,
        )
        return await self._committed(entry, body)

    async def _wait_in_line(self, sender: str) -> None:
        """Have an import wait until the relay has come to most of what it posted.

        Raises:
            RefusedRequestError: too much of it is pending.
        """
        if await self._pool.fetchval(_PENDING, sender, _MOST_PENDING) >= _MOST_PENDING:
            raise import_waits(_MOST_PENDING, _COME_AGAIN_S)

    async def _committed(self, entry: IntakeEntry, body: bytes) -> Response:
        intake_id, accepted = entry.intake_id, entry.items
        if entry.items:
            try:
                where = await self._committer.submit(entry)
            except NotDurableError as error:
                raise not_durable(str(error)) from error
            if entry.idempotency_key is not None and where is Kept.COMMITTED:
                stored = await self._pool.fetchrow(_STORED, entry.sender, entry.idempotency_key)
                if stored is None:
                    raise not_durable("the delivery is not in the intake log")
                intake_id, accepted, *raw = stored
                if opened_delivery(self._wrapper, intake_id, *raw).body != body:
                    return _key_reused()
            if intake_id == entry.intake_id:
                self._accepted.labels(sender=entry.sender).inc(entry.items)
        return _json({"intake_id": str(intake_id), "accepted": accepted}, 202)

    async def _tell(self, request: Request) -> Response:
        sender, _ = self._sender(request)
        try:
            ids = [UUID(one) for one in request.query_params.getlist("id")[:_MOST_IDS]]
        except ValueError:
            return problem(
                422, "invalid_id", "An id is a UUID.", parameter="id", remedy="Take it from the 202."
            )
        async with self._pool.acquire() as connection:
            fates = await connection.fetch(_FATES, sender, ids)
            done = [row["intake_id"] for row in fates if row["state"] == "done"]
            held = await connection.fetch(_HELD, done) if done else []
        quarantined: dict[UUID, list[dict[str, Any]]] = {}
        for row in held:
            said = {"item": row["item"], "reason": row["reason"], "detail": row["detail"]}
            quarantined.setdefault(row["intake_id"], []).append(said)
        with_items = request.query_params.get("items") == "true"
        told = [_told(row, quarantined.get(row["intake_id"], []), with_items=with_items) for row in fates]
        return _json({"deliveries": told}, 200)

    def _sender(self, request: Request) -> tuple[str, Imports]:
        name = request.path_params["sender"]
        if name not in self._imports:
            raise unknown_sender()
        return name, self._imports[name]


def _told(row: Any, held: list[dict[str, Any]], *, with_items: bool) -> dict[str, Any]:
    told = {
        "intake_id": str(row["intake_id"]),
        "accepted": row["items"],
        "outcomes": None,
        "quarantined": held,
    }
    if row["state"] == "done":
        outcomes = msgspec.json.decode(row["outcomes"])
        listed = outcomes.pop("items", [])
        told["outcomes"] = outcomes
        if with_items:
            items: dict[str, list[int]] = {}
            for one in listed:
                items.setdefault(one["outcome"], []).append(one["item"])
            told["items"] = items
    return told


def _unusable(why: str) -> Response:
    return problem(
        422,
        "unusable_import",
        why.splitlines()[0] if why else "The import cannot be read.",
        remedy="Begin the body with a header line as docs/import.md shows it; `leadtrace import` does.",
        problems=why.splitlines(),
    )


def _key_reused() -> Response:
    return problem(
        422,
        "idempotency_key_reused",
        "Another delivery was kept under this Idempotency-Key.",
        remedy="Give each delivery a key of its own; repeat a key only to post the same bytes again.",
    )


def _json(body: object, status: int) -> Response:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")
