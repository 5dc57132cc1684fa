"""What a reader of the ticker may ask for."""

from pydantic import BaseModel, ConfigDict, Field

_KINDS = "`funnel`, `notable` or both between commas; without it both. `reset` and `dropped` always come."
_ID = (
    "Go on from this position, the id of an event or what `/v1/funnel` told, for clients that cannot send "
    "`Last-Event-ID`; that header goes before it."
)
# The longest position that is told.
_MOST_CHARACTERS = 1_024


class TickerQuestion(BaseModel):
    """The parameters of `/v1/ticker`."""

    model_config = ConfigDict(frozen=True)

    kinds: str | None = Field(default=None, description=_KINDS, max_length=100, examples=["funnel,notable"])
    last_event_id: str | None = Field(
        default=None, description=_ID, max_length=_MOST_CHARACTERS, examples=["4711"]
    )
