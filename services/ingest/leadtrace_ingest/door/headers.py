"""Headers of a request: how many and how large they may be, and which are kept beside the body."""

from collections.abc import Mapping, Sequence

from leadtrace_ingest.door.refusal import headers_too_large
from leadtrace_ingest.senders.sender import Adapter

MOST_HEADERS = 100
MOST_BYTES = 32_768
_LONGEST_KEPT = 256


def checked_headers(given: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers by name, in lower case as ASGI gives them; of one that comes twice the last.

    Raises:
        RefusedRequestError: there are too many, or they are too large.
    """
    size = sum([len(name) + len(value) for name, value in given])
    if len(given) > MOST_HEADERS or size > MOST_BYTES:
        raise headers_too_large(f"The door takes {MOST_HEADERS} headers of {MOST_BYTES} bytes together.")
    return dict(given)


def kept_headers(headers: Mapping[bytes, bytes], adapter: Adapter) -> dict[str, str]:
    """The headers that the adapter keeps; PostgreSQL's text cannot hold NUL.

    Those that are kept by their prefix are part of the items: they are not cut.
    """
    kept = {
        name.decode(): _text(headers[name][:_LONGEST_KEPT])
        for name in adapter.kept_headers
        if name in headers
    }
    if adapter.kept_prefixes:
        for name, value in headers.items():
            if name.startswith(adapter.kept_prefixes):
                kept[name.decode("latin-1")] = _text(value)
    return kept


def _text(value: bytes) -> str:
    return value.replace(b"\x00", b"").decode("latin-1")
