"""The webhook route as a raw ASGI handler in front of the app: FastAPI costs more than all of this.

Authenticate the raw bytes, commit them, and only then answer; what happens behind the ack is the relay's.
"""

import time
from collections.abc import Mapping

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadtrace.events.times import from_micros
from leadtrace.runtime.clock import Clock, Ids
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.problem import problem
from leadtrace.runtime.settings_groups import Door
from leadtrace_ingest.door.committer import Committer, Delivery, NotDurableError
from leadtrace_ingest.metrics import ACCEPTED_ITEMS, ACK_DURATION, REFUSED_REQUESTS
from leadtrace_ingest.senders.sender import Sender, SignatureError, SignedRequest

PATH_PREFIX = "/v1/webhooks/"
RETRY_AFTER_S = 5
_LONGEST_HEADER = 256
_JSON_START: Message = {
    "type": "http.response.start",
    "status": 202,
    "headers": [(b"content-type", b"application/json")],
}


class RefusedRequestError(Exception):
    """The request is answered with this problem, and nothing of it is stored."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class ClientGoneError(Exception):
    """The sender hung up before the body was complete; nobody waits for an answer."""


class WebhookDoor:
    """Takes `POST /v1/webhooks/{sender}`; everything else goes to `app`."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        senders: Mapping[str, Sender],
        committer: Committer,
        limits: Door,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._senders = senders
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
        if scope["type"] != "http" or not scope["path"].startswith(PATH_PREFIX):
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._accept(scope, receive)
        except RefusedRequestError as refused:
            self._refused.labels(status=str(refused.response.status_code)).inc()
            await refused.response(scope, receive, send)
        except ClientGoneError:
            return
        else:
            await send(_JSON_START)
            await send({"type": "http.response.body", "body": answer})

    async def _accept(self, scope: Scope, receive: Receive) -> bytes:
        sender = self._sender(scope)
        headers = dict(scope["headers"])
        body = await self._read_body(headers, receive)
        started = time.monotonic()
        received_us = self._clock.now_us()
        _authenticate(sender, scope, headers, body, received_us // 1_000)
        items = sender.adapter.count(body)
        if items > self._limits.max_items:
            raise _too_large(f"The batch has {items} items; the door takes {self._limits.max_items}.")
        intake_id = self._ids.uuid7()
        if items:
            kept = _kept_headers(headers, sender.adapter.kept_headers)
            delivery = Delivery(intake_id, sender.name, from_micros(received_us), items, kept, body)
            await self._commit(delivery)
            self._accepted[sender.name].inc(items)
        self._ack.observe(time.monotonic() - started)
        return b'{"intake_id":"%b","accepted":%d}' % (str(intake_id).encode(), items)

    def _sender(self, scope: Scope) -> Sender:
        sender = self._senders.get(scope["path"][len(PATH_PREFIX) :])
        if sender is None:
            raise RefusedRequestError(
                problem(
                    404,
                    "unknown_sender",
                    "No sender of this name is configured.",
                    remedy="Add a table [senders.<name>] to leadtrace.toml and call /v1/webhooks/<name>.",
                )
            )
        if scope["method"] != "POST":
            raise RefusedRequestError(
                problem(405, "method_not_allowed", "Webhooks are posted.", headers={"Allow": "POST"})
            )
        return sender

    async def _read_body(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        limit = self._limits.max_body_bytes
        announced = headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit:
            raise _too_large(f"The body has {int(announced)} bytes; the door takes {limit}.")
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise _too_large(f"The body has more than {limit} bytes.")
            parts.append(part)
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _commit(self, delivery: Delivery) -> None:
        try:
            await self._committer.submit(delivery)
        except NotDurableError as error:
            raise RefusedRequestError(
                problem(
                    503,
                    "not_durable",
                    f"The delivery could not be made durable: {error}.",
                    remedy="Deliver it again; what is delivered twice counts once.",
                    headers={"Retry-After": str(RETRY_AFTER_S)},
                )
            ) from error


def _authenticate(
    sender: Sender, scope: Scope, headers: Mapping[bytes, bytes], body: bytes, received_ms: int
) -> None:
    query = scope["query_string"]
    path = scope.get("raw_path") or scope["path"].encode()
    uri = sender.public_base + path + (b"?" + query if query else b"")
    try:
        sender.adapter.verify(SignedRequest(b"POST", uri, headers, body, received_ms))
    except SignatureError as error:
        raise RefusedRequestError(problem(401, "signature", str(error), remedy=error.remedy)) from None


def _too_large(detail: str) -> RefusedRequestError:
    remedy = "Send fewer items in one request, or raise the limit in [door]."
    return RefusedRequestError(problem(413, "too_large", detail, remedy=remedy))


def _kept_headers(headers: Mapping[bytes, bytes], kept: frozenset[bytes]) -> str:
    """The allow-listed headers as JSON; PostgreSQL's text cannot hold NUL."""
    found = {
        name.decode(): headers[name][:_LONGEST_HEADER].replace(b"\x00", b"").decode("latin-1")
        for name in kept
        if name in headers
    }
    return msgspec.json.encode(found).decode()
