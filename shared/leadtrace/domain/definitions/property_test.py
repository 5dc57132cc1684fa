"""A condition on one property of a lead, as fit, disqualifiers and routes write it."""

import msgspec

from leadtrace.domain.definitions.block import Block


class PropertyTest(Block, frozen=True, kw_only=True):
    """A condition on the current value of a property; exactly one operator is given.

    Texts compare without regard to case and outer blanks. `at_least` holds for values that are numbers, `has`
    for lists between semicolons that hold one of the texts.
    """

    any_of: tuple[str, ...] | None = msgspec.field(default=None, name="in")
    equals: str | None = None
    at_least: float | None = None
    prefix: str | None = None
    suffix: str | None = None
    has: tuple[str, ...] | None = None
    known: bool | None = None
