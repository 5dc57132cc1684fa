"""What a process needs to tell of its part in a trace, whichever library stands behind it."""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Protocol, TypeAlias

from leadtrace.runtime.tracing.traceparent import TraceContext

# Ids of ours, names of configuration and numbers; never what a sender said of anybody.
Attributes: TypeAlias = Mapping[str, str | int]
NOTHING: Attributes = {}


class SpanKind(Enum):
    """A span's place among others, in OpenTelemetry's words."""

    SERVER = auto()
    PRODUCER = auto()
    CONSUMER = auto()


class Span(Protocol):
    """A piece of work that has begun. One that never ends is told to nobody."""

    @property
    def traceparent(self) -> str:
        """The context for those who follow it."""

    def end(self, attributes: Attributes = NOTHING, *, failed: str | None = None) -> None:
        """It is done; `failed` says why it failed, if it did."""


class Tracer(Protocol):
    """Begins spans, each of which is told once it ends."""

    def start(
        self,
        name: str,
        kind: SpanKind,
        attributes: Attributes,
        *,
        parent: TraceContext | None = None,
        links: Sequence[TraceContext] = (),
        trace_id: int | None = None,
        started_us: int | None = None,
    ) -> Span:
        """A span below `parent`; without one, the first of a trace, whose id may be given (not 0).

        `started_us` is the moment at which the work began, in µs since the epoch, if it was before now.
        """

    def close(self) -> None:
        """Tell what has ended; blocks for as long as the collector may take."""
