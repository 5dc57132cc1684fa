"""CloudEvents in binary mode: the attributes stand in headers, the data is the body."""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.events.invalid import InvalidEventError
from leadtrace_ingest.senders.events.media import HEADER_PREFIX

_ATTRIBUTE = re.compile(r"[a-z0-9]+\Z")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\Z')
_ESCAPED = re.compile(r"\\(.)")
_CONTENT_TYPE = "datacontenttype"


def attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """The attributes by name, each decoded exactly once.

    Raises:
        InvalidEventError: one is not UTF-8, or is one that may not stand here.
    """
    found = {}
    for header, value in headers.items():
        name = header.removeprefix(HEADER_PREFIX)
        if name == header or not _ATTRIBUTE.match(name):
            continue
        if name == _CONTENT_TYPE:
            raise InvalidEventError(
                header,
                "may not stand in binary mode",
                "Say it in Content-Type.",
                Reason.MALFORMED_HEADER,
            )
        found[name] = _decoded(header, value)
    return found


def as_message(headers: Mapping[str, str], body: bytes) -> bytes:
    """The event as one piece of bytes: its headers as they came, an empty line, its data."""
    lines = [f"{name}: {headers[name]}\n" for name in sorted(headers) if name.startswith(HEADER_PREFIX)]
    return "".join((*lines, "\n")).encode("latin-1", "replace") + body


def _decoded(header: str, value: str) -> str:
    value = value.strip()
    if quoted := _QUOTED.match(value):
        value = _ESCAPED.sub(r"\1", quoted[1])
    try:
        return unquote_to_bytes(value.encode("latin-1")).decode()
    except UnicodeError:
        raise InvalidEventError(
            header,
            "is not UTF-8 once it is percent-decoded",
            "Percent-encode the UTF-8 bytes of the value.",
            Reason.MALFORMED_HEADER,
        ) from None
