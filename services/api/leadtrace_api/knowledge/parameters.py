"""Parameters that ask for an earlier state of knowledge, or for another moment in the world."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

AsOf = Annotated[
    AwareDatetime | None,
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


class ScoreQuery(KnownQuery):
    """When, and of which moment in the world."""

    at: AwareDatetime | None = Field(
        default=None,
        description="A moment in the world: what had happened by then, judged then; else now.",
        examples=["2026-03-15T12:00:00Z"],
    )
