"""`POST /v1/admin/{merges,splits,corrections}`: what an operator says goes the way of all events.

It is kept in the intake log in the name of the sender whose record it is about, answered once it is durable,
mapped, published and traced like anything else; the actor is the name of the key.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.events.catalogue import BY_CODE, BY_TYPE, Code
from leadtrace.events.codec import decode_correction
from leadtrace.events.envelope import Event
from leadtrace.events.times import from_micros
from leadtrace.runtime.admin import Authorize, RefusedError, body_of, guarded, json_answer, name_of_key
from leadtrace.runtime.clock import Clock, Ids
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.problem import problem
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Pool
from leadtrace_ingest.door.intake import IntakeEntry, insert_entries
from leadtrace_ingest.operator.orders import Correct, Merge, RecordName, Split
from leadtrace_ingest.personal.raw import sealed_delivery
from leadtrace_ingest.senders.sender import OPERATOR, Delivery, Sender

_TIMEOUT_S = 30.0
_FIND = """
select type, subject, body from ingest.events where id = $1 and source = $2 order by event_no limit 1
"""
_ENVELOPE = msgspec.json.Decoder(Event)
_CORRECTED = BY_CODE[Code.EVENT_CORRECTED].type
_JSON = {"content-type": "application/json"}

_log = get_logger("leadtrace.ingest.operator")


class OperatorRoutes:
    """Takes operators' words."""

    def __init__(
        self, pool: Pool, senders: Mapping[str, Sender], clock: Clock, ids: Ids, wrapper: KeyWrapper
    ) -> None:
        self._wrapper = wrapper
        self._pool = pool
        self._senders = senders
        self._clock = clock
        self._ids = ids

    def routes(self, authorize: Authorize) -> list[Route]:
        """What the app serves."""
        return [
            Route("/v1/admin/merges", guarded(self._merge, authorize), methods=["POST"]),
            Route("/v1/admin/splits", guarded(self._split, authorize), methods=["POST"]),
            Route("/v1/admin/corrections", guarded(self._correct, authorize), methods=["POST"]),
        ]

    async def _merge(self, request: Request) -> Response:
        order = await body_of(request, Merge)
        return await self._pair(request, order)

    async def _split(self, request: Request) -> Response:
        order = await body_of(request, Split)
        return await self._pair(request, order)

    async def _pair(self, request: Request, order: Merge | Split) -> Response:
        if order.record in order.others:
            raise RefusedError(
                problem(422, "same_record", "A record is itself.", parameter="others", remedy="Leave it out.")
            )
        type_, data = order.told(name_of_key(request))
        return await self._keep(order.record, type_, data)

    async def _correct(self, request: Request) -> Response:
        order = await body_of(request, Correct)
        async with self._pool.acquire() as connection:
            found = await connection.fetchrow(_FIND, order.event, order.source)
        if found is None:
            raise RefusedError(
                problem(
                    404,
                    "unknown_event",
                    f"No event {order.event} of {order.source} is known.",
                    parameter="event",
                    remedy="`GET /v1/leads/{id}/trace` names events with source and id.",
                )
            )
        if BY_TYPE[found["type"]].derived:
            raise RefusedError(
                problem(
                    422,
                    "derived_event",
                    "Nobody told this event: leadtrace derived it.",
                    parameter="event",
                    remedy="Correct what it was derived from, or split the records.",
                )
            )
        envelope = _ENVELOPE.decode(found["body"])
        of_source = envelope.subjectsource or order.source
        corrects = BY_TYPE[found["type"]].name
        if found["type"] == _CORRECTED:
            corrects = decode_correction(envelope.data).corrects
        type_, data = order.told(name_of_key(request), corrects, of_source)
        return await self._keep(RecordName(of_source, found["subject"]), type_, data)

    async def _keep(self, record: RecordName, type_: str, data: Mapping[str, Any]) -> Response:
        if record.sender not in self._senders:
            known = ", ".join(sorted(self._senders)) or "none"
            raise RefusedError(
                problem(
                    422,
                    "unknown_sender",
                    f"{record.source} is the source of no configured sender.",
                    parameter="record.source",
                    remedy=f"Configured are: {known}.",
                )
            )
        entry = self._entry(record, type_, data)
        async with self._pool.acquire() as connection:
            await insert_entries(connection, [entry], timeout_s=_TIMEOUT_S)
        _log.info("operator.said", type=type_, intake_id=str(entry.intake_id))
        told = {"intake_id": str(entry.intake_id), "event": f"operator/{entry.intake_id}"}
        return json_answer(told | {"source": record.source}, status=202)

    def _entry(self, record: RecordName, type_: str, data: Mapping[str, Any]) -> IntakeEntry:
        intake_id, now = self._ids.uuid7(), from_micros(self._clock.now_us())
        event = {
            "id": f"operator/{intake_id}",
            "source": record.source,
            "type": type_,
            "subject": record.subject,
            "time": now.isoformat(),
            "data": data,
        }
        headers = {**_JSON, OPERATOR: "1"}
        body = msgspec.json.encode(event)
        sealed = sealed_delivery(self._wrapper, intake_id, Delivery("", headers, body, now), ())
        return IntakeEntry(
            intake_id, record.sender, now, 1, sealed.headers, sealed.body, None, sealed.body_key
        )
