"""The door as a raw ASGI handler in front of the app: FastAPI costs more than all of this.

Authenticate the raw bytes, commit them, and only then answer; what happens behind the ack is the relay's.
"""

import time
from collections.abc import Mapping

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from leadtrace.events.times import from_micros
from leadtrace.runtime.clock import Clock, Ids
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_groups import Door as DoorSettings
from leadtrace_ingest.door.body import read_body, unpacked
from leadtrace_ingest.door.committer import Committer, IntakeEntry, NotDurableError
from leadtrace_ingest.door.refusal import (
    ClientGoneError,
    RefusedRequestError,
    not_authentic,
    not_durable,
    too_large,
    unknown_sender,
    wrong_method,
)
from leadtrace_ingest.door.routes import Found, Routes
from leadtrace_ingest.metrics import ACCEPTED_ITEMS, ACK_DURATION, REFUSED_REQUESTS
from leadtrace_ingest.senders.sender import (
    ROUTE,
    Accepted,
    Answer,
    Delivery,
    Sender,
    SignatureError,
    SignedRequest,
)

_LONGEST_HEADER = 256
_METHODS = "POST"


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
        limits: DoorSettings,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._routes = Routes(senders)
        self._committer = committer
        self._limits = limits
        self._clock = clock
        self._ids = ids
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
            await refused.response(scope, receive, send)
        except ClientGoneError:
            return
        else:
            await _send(answer, send)

    async def _answer(self, found: Found, scope: Scope, receive: Receive) -> Answer:
        if not found.candidates:
            raise unknown_sender()
        headers = dict(scope["headers"])
        if scope["method"] != "POST":
            return _options(found, scope, headers)
        body = await read_body(headers, receive, self._limits.max_body_bytes)
        started = time.monotonic()
        received_us = self._clock.now_us()
        sender, kept = _authenticated(found, scope, headers, body, received_us // 1_000)
        adapter = sender.adapter
        content = unpacked(body, headers, self._limits.max_body_bytes, guess=adapter.compressed)
        delivery = Delivery(kept.get(ROUTE, ""), kept, adapter.redact(content), from_micros(received_us))
        answer = await self._keep(sender, delivery)
        self._ack.observe(time.monotonic() - started)
        return answer

    async def _keep(self, sender: Sender, delivery: Delivery) -> Answer:
        adapter = sender.adapter
        items = adapter.count(delivery)
        if items > self._limits.max_items:
            raise too_large(f"The batch has {items} items; the door takes {self._limits.max_items}.")
        intake_id = self._ids.uuid7()
        if items:
            headers = msgspec.json.encode(delivery.headers).decode()
            entry = IntakeEntry(intake_id, sender.name, delivery.received_at, items, headers, delivery.body)
            try:
                await self._committer.submit(entry)
            except NotDurableError as error:
                return _not_durable(sender, error)
            self._accepted[sender.name].inc(items)
        return adapter.accepted(Accepted(intake_id, items, route=delivery.route))


def _options(found: Found, scope: Scope, headers: Mapping[bytes, bytes]) -> Answer:
    if scope["method"] == "OPTIONS":
        answer = found.candidates[0].sender.adapter.options(headers)
        if answer is not None:
            return answer
    raise wrong_method(_METHODS)


def _authenticated(
    found: Found, scope: Scope, headers: Mapping[bytes, bytes], body: bytes, received_ms: int
) -> tuple[Sender, dict[str, str]]:
    """The sender whose secret the request bears, and what is kept beside its body."""
    query = scope["query_string"]
    path = scope.get("raw_path") or scope["path"].encode()
    called = path + (b"?" + query if query else b"")
    refusal: SignatureError | None = None
    for sender, route in found.candidates:
        request = SignedRequest(b"POST", sender.public_base + called, headers, body, received_ms, route)
        try:
            facts = sender.adapter.verify(request)
        except SignatureError as error:
            refusal = error
            continue
        kept = _kept_headers(headers, sender.adapter.kept_headers)
        if found.named and route:
            kept[ROUTE] = route
        return sender, {**kept, **facts}
    assert refusal is not None  # noqa: S101 - there was a candidate, and none took the request
    raise not_authentic(str(refusal), refusal.remedy)


def _not_durable(sender: Sender, error: NotDurableError) -> Answer:
    answer = sender.adapter.not_durable()
    if answer is None:
        raise not_durable(str(error)) from error
    return answer


def _kept_headers(headers: Mapping[bytes, bytes], kept: frozenset[bytes]) -> dict[str, str]:
    """The allow-listed headers; PostgreSQL's text cannot hold NUL."""
    return {
        name.decode(): headers[name][:_LONGEST_HEADER].replace(b"\x00", b"").decode("latin-1")
        for name in kept
        if name in headers
    }


async def _send(answer: Answer, send: Send) -> None:
    headers = [(b"content-type", answer.content_type), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
