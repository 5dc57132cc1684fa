"""Parameters that ask for an earlier state of knowledge, or for another moment in the world."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

# Beyond these a moment has no day of its own in some time zone.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime, Field(ge=_EARLIEST, le=_LATEST)]

AsOf = Annotated[
    Moment | None,
    Field(
        description="A state of knowledge: only what was recorded by this moment, with its offset from UTC; "
        "else all that is recorded now.",
        examples=["2026-03-31T22:00:00Z"],
    ),
]


class KnownQuery(BaseModel):
    """When a question about a lead is asked."""

    model_config = ConfigDict(frozen=True)

    as_of: AsOf = None


class View(StrEnum):
    """By which definitions what happened is judged."""

    RESTATED = "restated"
    FROZEN = "frozen"


class ViewQuery(KnownQuery):
    """When, and by which definitions."""

    view: View = Field(
        default=View.RESTATED,
        description="restated: everything by the definitions in force now, however long ago it happened; "
        "frozen: by those that were in force when it happened.",
    )


class ScoreQuery(ViewQuery):
    """When, by which definitions, and of which moment in the world."""

    at: Moment | None = Field(
        default=None,
        description="A moment in the world: what had happened by then, intent as of then; else now.",
        examples=["2026-03-15T12:00:00Z"],
    )
