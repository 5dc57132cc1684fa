"""What an operator may say of versions of the definitions."""

from typing import Annotated

import msgspec

from leadtrace.events.definition import Team
from leadtrace.runtime.admin import PlainText

_LONGEST_BODY = 1_000_000


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version as YAML text; `file` is what findings call it."""

    body: Annotated[str, msgspec.Meta(max_length=_LONGEST_BODY)]
    file: PlainText = "definitions"


class Approve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person `by` says yes for a team."""

    team: Team
    by: PlainText
    note: PlainText | None = None
