"""Cross-origin requests: a page of any origin may post with a write key, and read whether it was taken."""

import re
from collections.abc import Mapping

from leadtrace_ingest.senders.sender import Answer

ANSWERED = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"retry-after"),
)
_USUAL = b"authorization, content-type, content-encoding, x-retry-count, anonymousid"
_NAMES = re.compile(rb"[A-Za-z0-9, _-]{1,512}")
_REMEMBERED_S = b"86400"


def preflight(headers: Mapping[bytes, bytes]) -> Answer:
    """The answer to `OPTIONS`: whatever headers the client wants to send are fine."""
    wanted = headers.get(b"access-control-request-headers", b"")
    allowed = wanted if _NAMES.fullmatch(wanted) else _USUAL
    return Answer(
        200,
        b"text/plain",
        b"",
        (
            (b"access-control-allow-methods", b"POST, OPTIONS"),
            (b"access-control-allow-headers", allowed),
            (b"access-control-max-age", _REMEMBERED_S),
            (b"vary", b"access-control-request-headers"),
        ),
    )
