"""The door as a raw ASGI handler in front of the app: FastAPI costs more than all of this.

Authenticate the raw bytes, commit them, and only then answer; what happens behind the ack is the relay's.
"""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from starlette.types import ASGIApp, Receive, Scope, Send

from leadtrace.events.times import from_micros
from leadtrace.runtime.clock import Clock, Ids
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_groups import Door as DoorSettings
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace_ingest.door.admission import Admission
from leadtrace_ingest.door.authentication import Call, authenticated
from leadtrace_ingest.door.body import BodyReader, unpacked
from leadtrace_ingest.door.committer import Committer
from leadtrace_ingest.door.headers import checked_headers
from leadtrace_ingest.door.idempotency import REPLAYED, First, IdempotencyKeys, key_of
from leadtrace_ingest.door.intake import IntakeEntry, Kept, NotDurableError
from leadtrace_ingest.door.refusal import (
    ClientGoneError,
    RefusedRequestError,
    not_durable,
    too_large,
    unknown_sender,
    wrong_method,
)
from leadtrace_ingest.door.routes import Found, Routes
from leadtrace_ingest.door.scopes import SpendScopes
from leadtrace_ingest.door.tracing import DoorTraces, Posted
from leadtrace_ingest.door.validation import require_something_valid, results_of
from leadtrace_ingest.metrics import ACCEPTED_ITEMS, ACK_DURATION, REFUSED_REQUESTS
from leadtrace_ingest.personal.raw import sealed_delivery
from leadtrace_ingest.senders.item import ItemResult
from leadtrace_ingest.senders.sender import (
    ROUTE,
    Accepted,
    Answer,
    Delivery,
    Sender,
)

_METHODS = "POST"
_LEAST_S = 0.1  # for the last question, when the others took all the time there was


class _Received(NamedTuple):
    """What the door made of a delivery that is to be kept; `started` (monotonic) is when its wait began."""

    intake_id: UUID
    items: int
    key: str | None
    started: float
    results: Sequence[ItemResult]


class Door:
    """Takes what senders post, on `/v1/webhooks/{sender}` and on the paths of vendors' clients.

    Everything else goes to `app`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        senders: Mapping[str, Sender],
        committer: Committer,
        idempotency: IdempotencyKeys,
        scopes: SpendScopes,
        wrapper: KeyWrapper,
        admission: Admission,
        keys: KeyRing,
        limits: DoorSettings,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        traces: DoorTraces | None = None,
    ) -> None:
        self._app = app
        self._routes = Routes(senders)
        self._committer = committer
        self._idempotency = idempotency
        self._scopes = scopes
        self._wrapper = wrapper
        self._admission = admission
        self._keys = keys
        self._limits = limits
        self._bodies = BodyReader(limits.max_body_bytes, limits.max_waiting_bytes)
        self._clock = clock
        self._ids = ids
        self._traces = traces
        self._ack = metrics.histogram(ACK_DURATION)
        self._refused = metrics.counter(REFUSED_REQUESTS)
        accepted = metrics.counter(ACCEPTED_ITEMS)
        self._accepted = {name: accepted.labels(sender=name) for name in senders}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = self._routes.find(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._answer(found, scope, receive)
        except RefusedRequestError as refused:
            self._refused.labels(status=str(refused.response.status_code)).inc()
            refused.response.raw_headers += _headers_of(found)
            await refused.response(scope, receive, send)
        except ClientGoneError:
            return
        else:
            await _send(answer, _headers_of(found), send)

    async def _answer(self, found: Found, scope: Scope, receive: Receive) -> Answer:
        if not found.candidates:
            raise unknown_sender()
        headers = checked_headers(scope["headers"])
        if scope["method"] != "POST":
            return _options(found, scope, headers)
        body = await self._bodies.read(headers, receive)
        started = time.monotonic()
        received_us = self._clock.now_us()
        call = Call.of(scope, headers, body, received_us // 1_000)
        sender, kept = authenticated(found, call, self._keys)
        adapter = sender.adapter
        content = unpacked(body, headers, self._limits.max_body_bytes, guess=adapter.compressed)
        delivery = Delivery(kept.get(ROUTE, ""), kept, adapter.redact(content), from_micros(received_us))
        key = key_of(headers) if adapter.validates else None
        answer = await self._keep(sender, delivery, key, started, scope["headers"])
        self._ack.observe(time.monotonic() - started)
        return answer

    async def _keep(
        self,
        sender: Sender,
        delivery: Delivery,
        key: str | None,
        started: float,
        headers: Sequence[tuple[bytes, bytes]],
    ) -> Answer:
        adapter = sender.adapter
        largest = adapter.max_bytes(delivery)
        if largest is not None and len(delivery.body) > largest:
            raise too_large(f"The body has {len(delivery.body)} bytes; this path takes {largest}.")
        items = adapter.count(delivery)
        if items > self._limits.max_items:
            raise too_large(f"The batch has {items} items; the door takes {self._limits.max_items}.")
        self._admission.admit(sender.name, items)
        intake_id = self._ids.uuid7()
        results = await self._validated(sender, delivery, intake_id) if adapter.validates else ()
        if not items:
            return adapter.accepted(Accepted(intake_id, items, results, delivery.route))
        received = _Received(intake_id, items, key, started, results)
        if self._traces is None:
            return await self._store(sender, delivery, received)
        return await self._traces.follow(
            Posted(sender.name, delivery, intake_id, items, headers),
            lambda traced: self._store(sender, traced, received),
        )

    async def _store(self, sender: Sender, delivery: Delivery, received: _Received) -> Answer:
        intake_id, items, key, started, results = received
        adapter = sender.adapter
        sealed = sealed_delivery(self._wrapper, intake_id, delivery, adapter.kept_prefixes)
        entry = IntakeEntry(
            intake_id,
            sender.name,
            delivery.received_at,
            items,
            sealed.headers,
            sealed.body,
            key,
            sealed.body_key,
        )
        try:
            where = await self._committer.submit(entry, since=started)
            # What is spilled is filed whoever bore its key first, so that none is lost.
            asked = key is not None and where is Kept.COMMITTED
            left_s = max(_LEAST_S, started + self._limits.hard_stop_s - time.monotonic())
            first = None
            if asked:
                first = await self._idempotency.first(entry, delivery, adapter, within_s=left_s)
        except NotDurableError as error:
            return _not_durable(sender, error)
        if first is not None:
            return _again(sender, first)
        self._accepted[sender.name].inc(items)
        return adapter.accepted(Accepted(intake_id, items, results, delivery.route))

    async def _validated(self, sender: Sender, delivery: Delivery, intake_id: UUID) -> Sequence[ItemResult]:
        results = results_of(sender, delivery, intake_id)
        results = await self._scopes.checked(results, delivery.received_at)
        require_something_valid(results)
        return results


def _again(sender: Sender, first: First) -> Answer:
    """The answer that the first request with the same key got."""
    delivery = first.delivery()
    results = results_of(sender, delivery, first.intake_id)
    answer = sender.adapter.accepted(Accepted(first.intake_id, first.items, results, delivery.route))
    return answer._replace(headers=(*answer.headers, REPLAYED))


def _options(found: Found, scope: Scope, headers: Mapping[bytes, bytes]) -> Answer:
    if scope["method"] == "OPTIONS":
        answer = found.candidates[0].sender.adapter.options(headers)
        if answer is not None:
            return answer
    raise wrong_method(_METHODS)


def _not_durable(sender: Sender, error: NotDurableError) -> Answer:
    answer = sender.adapter.not_durable()
    if answer is None:
        raise not_durable(str(error)) from error
    return answer


def _headers_of(found: Found) -> tuple[tuple[bytes, bytes], ...]:
    """What every answer bears on this path, whichever of its senders it is."""
    return found.candidates[0].sender.adapter.answer_headers if found.candidates else ()


async def _send(answer: Answer, more: tuple[tuple[bytes, bytes], ...], send: Send) -> None:
    length = str(len(answer.body)).encode()
    headers = [(b"content-type", answer.content_type), (b"content-length", length), *answer.headers, *more]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
