"""Who sent a request: the sender whose API key it bears, else the one whose vendor's proof it passes."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.types import Scope

from leadtrace.runtime.key_ring import KeyRing
from leadtrace_ingest.door.api_key import candidate_of_key
from leadtrace_ingest.door.headers import kept_headers
from leadtrace_ingest.door.refusal import not_authentic
from leadtrace_ingest.door.routes import Candidate, Found
from leadtrace_ingest.senders.sender import ROUTE, Sender, SignatureError, SignedRequest


class Call(NamedTuple):
    """A request as it came; `target` is path and query as they were called."""

    target: bytes
    headers: Mapping[bytes, bytes]
    body: bytes
    received_ms: int

    @classmethod
    def of(cls, scope: Scope, headers: Mapping[bytes, bytes], body: bytes, received_ms: int) -> "Call":
        """The call behind an ASGI scope."""
        query = scope["query_string"]
        path = scope.get("raw_path") or scope["path"].encode()
        return cls(path + (b"?" + query if query else b""), headers, body, received_ms)


def authenticated(found: Found, call: Call, keys: KeyRing) -> tuple[Sender, dict[str, str]]:
    """The sender, and what is kept beside the body.

    Raises:
        RefusedRequestError: no candidate takes the request for its own.
    """
    keyed = candidate_of_key(keys, found, call.headers)
    if keyed is not None:
        return keyed.sender, _kept(found, keyed, _request(keyed, call))
    refusal: SignatureError | None = None
    for candidate in found.candidates:
        request = _request(candidate, call)
        try:
            facts = candidate.sender.adapter.verify(request)
        except SignatureError as error:
            refusal = error
            continue
        return candidate.sender, {**_kept(found, candidate, request), **facts}
    assert refusal is not None  # noqa: S101 - there was a candidate, and none took the request
    raise not_authentic(str(refusal), refusal.remedy)


def _request(candidate: Candidate, call: Call) -> SignedRequest:
    uri = candidate.sender.public_base + call.target
    return SignedRequest(b"POST", uri, call.headers, call.body, call.received_ms, candidate.route)


def _kept(found: Found, candidate: Candidate, request: SignedRequest) -> dict[str, str]:
    adapter = candidate.sender.adapter
    kept = kept_headers(request.headers, adapter)
    if found.named and candidate.route:
        kept[ROUTE] = candidate.route
    return {**kept, **adapter.facts(request)}
