"""The W3C Trace Context header `traceparent`, level 1: read strictly, written in version 00."""

import re
from collections.abc import Mapping
from typing import NamedTuple

NAME = "traceparent"
_FORM = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})"
    r"(?P<more>-[\x21-\x7e]*)?"
)
_LONGEST = 256
_FORBIDDEN_VERSION = "ff"
_OWN_VERSION = "00"
_SAMPLED = 0x01


class TraceContext(NamedTuple):
    """One span of one trace, and whether those who follow are to tell of theirs."""

    trace_id: int
    span_id: int
    sampled: bool

    def __str__(self) -> str:
        return f"{_OWN_VERSION}-{self.trace_id:032x}-{self.span_id:016x}-{int(self.sampled):02x}"


def read(text: str) -> TraceContext | None:
    """The context; None if it is not exactly one, as then a new trace begins (W3C Trace Context, 3.2.2).

    Later versions may bring more after the flags; version 00 may not.
    """
    match = _FORM.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or match["version"] == _FORBIDDEN_VERSION:
        return None
    if match["version"] == _OWN_VERSION and match["more"] is not None:
        return None
    trace_id, span_id = int(match["trace"], 16), int(match["span"], 16)
    if not trace_id or not span_id:
        return None
    return TraceContext(trace_id, span_id, sampled=bool(int(match["flags"], 16) & _SAMPLED))


def sampled(text: str) -> TraceContext | None:
    """The context, if it is one that is sampled."""
    context = read(text)
    return context if context is not None and context.sampled else None


def trace_ids(contexts: Mapping[str, object] | list[str]) -> str:
    """The trace ids that these name, for a line of the log."""
    return ",".join(dict.fromkeys(text.split("-")[1] for text in contexts))
