"""Personal fields travel in a block of their own; folds never read it and only the api shows it."""

import msgspec


class Personal(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=False):
    """What names or reaches a person, plus any other field that the mapping calls personal."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    other: dict[str, str] = {}
