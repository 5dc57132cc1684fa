"""HubSpot's signature v3, as HubSpot makes it."""

import base64
import hashlib
import hmac


def signed_headers(secret: str, url: str, body: bytes, now_ms: int) -> dict[str, str]:
    """The headers of a POST of `body` to `url` at `now_ms` (milliseconds since the epoch)."""
    text = b"POST" + url.encode() + body + str(now_ms).encode()
    digest = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
        "X-HubSpot-Request-Timestamp": str(now_ms),
    }
