"""What is rebuilt in a service, and from what."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadtrace.runtime.rebuild.sources import Source
from leadtrace.store.generation.tables import Generation


@dataclass(frozen=True, slots=True)
class RebuildPlan:
    """The tables of a generation, in locking order, and the sources that fill it, in order.

    `signature` names the code and definitions that fill it: a rebuild that others began is begun again.
    `numbers` is the table of event numbers, if the service keeps one.
    """

    generation: Generation
    sources: Sequence[Source]
    signature: str
    numbers: str | None = None
