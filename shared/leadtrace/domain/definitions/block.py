"""What every block of a definitions file has in common."""

import msgspec


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """No unknown key passes, and what is left out is not written either."""
