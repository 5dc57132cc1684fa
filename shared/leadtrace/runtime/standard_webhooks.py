"""Standard Webhooks 1.0 by its symmetric signature: what the door checks and the webhooks worker writes.

`v1` is HMAC-SHA256 over `id.timestamp.body`, base64; a secret is base64 behind `whsec_`.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable

ID_HEADER = b"webhook-id"
TIMESTAMP_HEADER = b"webhook-timestamp"
SIGNATURE_HEADER = b"webhook-signature"
SECRET_PREFIX = b"whsec_"
SYMMETRIC = b"v1,"


def secret_of(text: bytes) -> bytes:
    """The bytes of a secret or key as it is configured, its prefix taken off.

    Raises:
        ValueError: it is not base64, or empty.
    """
    try:
        secret = base64.b64decode(text, validate=True)
    except binascii.Error:
        secret = b""
    if not secret:
        raise ValueError("a Standard Webhooks secret is base64 behind `whsec_` or `whpk_`")
    return secret


def signed_content(message_id: bytes, timestamp: bytes, body: bytes) -> bytes:
    """What signatures cover."""
    return b".".join((message_id, timestamp, body))


def digest_of(secret: bytes, content: bytes) -> bytes:
    """The symmetric signature of the content, in base64."""
    return base64.b64encode(hmac.digest(secret, content, "sha256"))


def signature_header(secrets: Iterable[bytes], message_id: bytes, timestamp: bytes, body: bytes) -> bytes:
    """The header's value: one signature for each live secret, so that a receiver may rotate at leisure."""
    content = signed_content(message_id, timestamp, body)
    return b" ".join(SYMMETRIC + digest_of(secret, content) for secret in secrets)
