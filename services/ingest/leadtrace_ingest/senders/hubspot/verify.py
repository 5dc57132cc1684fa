"""HubSpot's three signature schemes, checked over the raw bytes in constant time.

v3 decides whenever its header is present; v1 and v2 are told apart by `X-HubSpot-Signature-Version`.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence

from leadtrace_ingest.senders.compare import matches
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest

V3_HEADER = b"x-hubspot-signature-v3"
TIMESTAMP_HEADER = b"x-hubspot-request-timestamp"
SIGNATURE_HEADER = b"x-hubspot-signature"
VERSION_HEADER = b"x-hubspot-signature-version"

WINDOW_MS = 300_000  # HubSpot's own rule; a clock that is ahead counts as much as a late delivery
_LONGEST_TIMESTAMP = 15

# HubSpot hashes the URI with these escapes decoded, and no others.
_DECODED = {
    b"3a": b":",
    b"2f": b"/",
    b"3f": b"?",
    b"40": b"@",
    b"21": b"!",
    b"24": b"$",
    b"27": b"'",
    b"28": b"(",
    b"29": b")",
    b"2a": b"*",
    b"2c": b",",
    b"3b": b";",
}
_ESCAPE = re.compile(rb"%(" + b"|".join(_DECODED) + rb")", re.IGNORECASE)
_CHECK_SECRET = "Check that the app's client secret is among the sender's `secrets`"  # noqa: S105
_CHECK_URL = "and that `public_url` is the address that HubSpot calls."


def verify(request: SignedRequest, secrets: Sequence[bytes]) -> None:
    """Accept the request if any live secret signed it.

    Raises:
        SignatureError: the signature is missing, wrong or stale.
    """
    if V3_HEADER in request.headers:
        _verify_v3(request, secrets)
        return
    given = request.headers.get(SIGNATURE_HEADER)
    if given is None:
        raise SignatureError(
            "The request carries no HubSpot signature.",
            "Let HubSpot sign it: X-HubSpot-Signature-v3 with X-HubSpot-Request-Timestamp, or v1 or v2.",
        )
    version = request.headers.get(VERSION_HEADER, b"v1").strip().lower()
    parts = _OLD_SCHEMES.get(version)
    if parts is None:
        raise SignatureError(
            "X-HubSpot-Signature-Version names no known version.",
            "Known are v1 and v2; v3 has a header of its own.",
        )
    signed = parts(request)
    _require(
        matches(given.strip().lower(), [_sha256_hex(secret, signed) for secret in secrets]),
        f"X-HubSpot-Signature does not match the body ({version.decode()}).",
        f"{_CHECK_SECRET}." if version == b"v1" else f"{_CHECK_SECRET}, {_CHECK_URL}",
    )


def decode_uri(uri: bytes) -> bytes:
    """The URI with exactly those percent-escapes decoded that HubSpot decodes before it signs."""
    if b"%" not in uri:
        return uri
    return _ESCAPE.sub(lambda match: _DECODED[match.group(1).lower()], uri)


def _verify_v3(request: SignedRequest, secrets: Sequence[bytes]) -> None:
    timestamp = request.headers.get(TIMESTAMP_HEADER, b"").strip()
    _require(
        timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP,
        "X-HubSpot-Request-Timestamp is missing or is not a number of milliseconds.",
        "Send it as HubSpot does, in digits only.",
    )
    _require(
        abs(request.received_ms - int(timestamp)) <= WINDOW_MS,
        f"X-HubSpot-Request-Timestamp is more than {WINDOW_MS // 1000} s away from the door's clock.",
        "Deliver anew with a fresh timestamp; if every delivery fails, set the clock of this machine.",
    )
    signed = request.method + decode_uri(request.uri) + request.body + timestamp
    expected = [base64.b64encode(hmac.digest(secret, signed, "sha256")) for secret in secrets]
    _require(
        matches(request.headers[V3_HEADER].strip(), expected),
        "X-HubSpot-Signature-v3 does not match method, URI, body and timestamp.",
        f"{_CHECK_SECRET}, {_CHECK_URL}",
    )


def _v1_parts(request: SignedRequest) -> bytes:
    return request.body


def _v2_parts(request: SignedRequest) -> bytes:
    return request.method + request.uri + request.body


_OLD_SCHEMES: dict[bytes, Callable[[SignedRequest], bytes]] = {b"v1": _v1_parts, b"v2": _v2_parts}


def _sha256_hex(secret: bytes, signed: bytes) -> bytes:
    return hashlib.sha256(secret + signed).hexdigest().encode()


def _require(holds: bool, rule: str, remedy: str) -> None:
    if not holds:
        raise SignatureError(rule, remedy)
