"""The handshake of the webhook binding of CloudEvents: may this origin deliver here, and how often?"""

import re
from collections.abc import Mapping

from leadtrace_ingest.senders.sender import Answer

ANY_RATE = b"*"
_ORIGIN = b"webhook-request-origin"
_HOST = re.compile(rb"[A-Za-z0-9.:_\[\]-]{1,255}\Z")


def allow(headers: Mapping[bytes, bytes], rate: bytes) -> Answer | None:
    """Yes to whoever asks properly: what it then posts must still be authentic. `rate` is per minute."""
    origin = headers.get(_ORIGIN, b"").strip()
    if not _HOST.match(origin):
        return None
    allowed = (
        (b"allow", b"POST"),
        (b"webhook-allowed-origin", origin),
        (b"webhook-allowed-rate", rate),
    )
    return Answer(200, b"text/plain", b"", allowed)
