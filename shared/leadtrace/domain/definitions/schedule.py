"""Which version of the definitions was in force when: what judges now, and what judged before it."""

from dataclasses import dataclass
from functools import cached_property

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.model import Definitions


@dataclass(frozen=True, slots=True)
class Reign:
    """A version that was in force from `since` (µs) on, until the next one took over; 0 stands for ever."""

    definitions: Definitions
    since: int = 0


@dataclass(frozen=True)
class Schedule:
    """`current` judges from `since` (µs) on, 0 for ever; None of a version that runs in shadow.

    `before` are the versions that were in force until then, oldest first. Then the last of them is in force
    still if `since` is None.
    """

    current: Definitions
    since: int | None = 0
    before: tuple[Reign, ...] = ()

    @property
    def is_shadow(self) -> bool:
        """Whether `current` is not in force."""
        return self.since is None

    @property
    def version(self) -> int:
        """The version that everything is restated by."""
        return self.current.version

    @cached_property
    def label(self) -> str:
        """What tells schedules apart that make other bodies of the same events."""
        before = [f"{content_hash(one.definitions)}@{one.since}" for one in self.before]
        return ":".join([content_hash(self.current), *before])

    def until(self, place: int) -> int | None:
        """When the reign at this place of `before` ended (µs); None while it lasts."""
        return self.before[place + 1].since if place + 1 < len(self.before) else self.since

    def as_of(self, moment: int) -> "Schedule":
        """The schedule as it was known at a moment (µs): without what was activated later."""
        if self.is_shadow or self.since is None or moment >= self.since:
            return self
        begun = [one for one in self.before if one.since <= moment] or list(self.before[:1])
        return Schedule(begun[-1].definitions, begun[-1].since, tuple(begun[:-1])) if begun else self

    def in_force_at(self, moment: int) -> Definitions:
        """What was in force at a moment (µs)."""
        if self.since is not None and moment >= self.since:
            return self.current
        begun = [one.definitions for one in self.before if one.since <= moment]
        return begun[-1] if begun else self.current
