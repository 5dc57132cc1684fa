"""Personal fields travel in a block of their own; folds never read it and only the api shows it."""

import msgspec


class Personal(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=False):
    """What names or reaches a person, plus any other field that the mapping calls personal.

    As published it is sealed: `sealed` holds all of it and `key` says which key opens it, nothing else is
    there. Events of the first versions have it in clear.
    """

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    other: dict[str, str] = {}
    sealed: str | None = None
    key: str | None = None
