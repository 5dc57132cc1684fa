"""How the api answers browsers of other sites."""

from typing import Annotated

from pydantic import Field

from leadtrace.runtime.settings_groups import Group

ORIGIN = r"^(\*|https?://[A-Za-z0-9.\-\[\]:]+)$"


class Api(Group):
    """[api]: how the api answers."""

    cors_origins: tuple[Annotated[str, Field(pattern=ORIGIN)], ...] = ()
    """Origins of pages that may read, such as `https://dash.example.com`; `*` means any. None by default."""
