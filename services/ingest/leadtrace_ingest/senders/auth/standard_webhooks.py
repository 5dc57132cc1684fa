"""Standard Webhooks: `webhook-id`, `webhook-timestamp` and a list of signatures over both and the body.

Source: the specification of Standard Webhooks 1.0; `v1` is HMAC-SHA256, `v1a` Ed25519. Every signature of
the list is tried against every live secret, since a list is how a sender rotates.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadtrace.runtime.standard_webhooks import (
    ID_HEADER,
    SECRET_PREFIX,
    SIGNATURE_HEADER,
    SYMMETRIC,
    TIMESTAMP_HEADER,
    digest_of,
    secret_of,
    signed_content,
)
from leadtrace_ingest.senders.auth.proof import require
from leadtrace_ingest.senders.compare import matches
from leadtrace_ingest.senders.sender import SignedRequest

KEPT_HEADERS = frozenset({ID_HEADER, TIMESTAMP_HEADER})
WINDOW_S = 300  # what the reference libraries tolerate, both ways

_ASYMMETRIC = b"whpk_"
_LONGEST_TIMESTAMP = 12
_MOST_SIGNATURES = 16
_CHECK_SECRET = (
    "Check that the sender's secret is among `secrets`, as `whsec_…`, or its public key as `whpk_…`."  # noqa: S105
)


class StandardWebhooks:
    """Checks both kinds of signature against the live secrets and public keys.

    Raises:
        ValueError: a secret is not in the form of the specification.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = [
            secret_of(one.removeprefix(SECRET_PREFIX)) for one in secrets if not one.startswith(_ASYMMETRIC)
        ]
        self._public_keys = [
            Ed25519PublicKey.from_public_bytes(secret_of(one.removeprefix(_ASYMMETRIC)))
            for one in secrets
            if one.startswith(_ASYMMETRIC)
        ]

    def check(self, request: SignedRequest) -> None:
        """Let a request pass that any live secret or key signed within the window.

        Raises:
            SignatureError: an id, a timestamp or a signature is missing, stale or wrong.
        """
        message_id = _header(request.headers, ID_HEADER)
        timestamp = _header(request.headers, TIMESTAMP_HEADER)
        given = _header(request.headers, SIGNATURE_HEADER)
        require(
            timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP,
            "webhook-timestamp is not a number of seconds.",
            "Send the seconds since 1970, in digits only.",
        )
        require(
            abs(request.received_ms - int(timestamp) * 1_000) <= WINDOW_S * 1_000,
            f"webhook-timestamp is more than {WINDOW_S} s away from the door's clock.",
            "Sign each attempt anew; if every delivery fails, set the clock of this machine.",
        )
        signed = signed_content(message_id, timestamp, request.body)
        signatures = given.split()[:_MOST_SIGNATURES]
        # Both kinds are tried, so that the time taken does not tell which came close.
        good = [self._symmetric(signatures, signed), self._asymmetric(signatures, signed)]
        require(any(good), "webhook-signature matches neither id, timestamp nor body.", _CHECK_SECRET)

    def _symmetric(self, signatures: Sequence[bytes], signed: bytes) -> bool:
        expected = [digest_of(secret, signed) for secret in self._secrets]
        found = [
            matches(one.removeprefix(SYMMETRIC), expected) for one in signatures if one.startswith(SYMMETRIC)
        ]
        return any(found)

    def _asymmetric(self, signatures: Sequence[bytes], signed: bytes) -> bool:
        found = [
            _is_signed(key, one.removeprefix(b"v1a,"), signed)
            for one in signatures
            if one.startswith(b"v1a,")
            for key in self._public_keys
        ]
        return any(found)


def _header(headers: Mapping[bytes, bytes], name: bytes) -> bytes:
    value = headers.get(name, b"").strip()
    require(bool(value), f"{name.decode()} is missing.", "Sign as Standard Webhooks says.")
    return value


def _is_signed(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), signed)
    except (InvalidSignature, binascii.Error):
        return False
    return True
