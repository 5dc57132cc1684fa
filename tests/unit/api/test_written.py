"""Structs in answers are documented, read and written as models of the same fields would be."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from leadtrace_api.written import Written, says


class Part(Written, frozen=True):
    """A part."""

    since: Annotated[datetime, says("Since when.")] = msgspec.field(name="from")
    share: Annotated[float | None, says("A share.", examples=[0.5])]


class Whole(Written, frozen=True):
    """All of it."""

    parts: tuple[Part, ...]
    best: Annotated[Part | None, says("Null without any.")]
    name: Annotated[str, says(examples=["a"])]


class _Part(BaseModel):
    """A part."""

    model_config = ConfigDict(extra="forbid", title="Part")
    since: datetime = Field(alias="from", description="Since when.")
    share: float | None = Field(description="A share.", examples=[0.5])


class _Whole(BaseModel):
    """All of it."""

    model_config = ConfigDict(extra="forbid", title="Whole")
    parts: tuple[_Part, ...]
    best: _Part | None = Field(description="Null without any.")
    name: str = Field(examples=["a"])


class Holder(BaseModel):
    """A model with a struct in it."""

    model_config = ConfigDict(extra="forbid")
    whole: Whole


PART = Part(since=datetime(2026, 4, 1, 8, tzinfo=UTC), share=0.25)
WHOLE = Whole(parts=(PART,), best=PART, name="b")
SENT = {"from": "2026-04-01T08:00:00Z", "share": 0.25}


@pytest.mark.parametrize("mode", ["serialization", "validation"])
def test_a_struct_is_documented_as_a_model_is(mode: str) -> None:
    ours = TypeAdapter(Whole).json_schema(mode=mode)  # type: ignore[arg-type]
    theirs = TypeAdapter(_Whole).json_schema(mode=mode)  # type: ignore[arg-type]
    assert str(ours) == str(theirs).replace("_Part", "Part")


def test_a_model_writes_and_reads_the_struct_in_it() -> None:
    holder = Holder(whole=WHOLE)
    assert holder.whole is WHOLE
    assert holder.model_dump(mode="json") == {"whole": {"parts": [SENT], "best": SENT, "name": "b"}}
    assert Holder.model_validate_json(holder.model_dump_json()) == holder
    assert msgspec.json.decode(msgspec.json.encode(WHOLE)) == holder.model_dump(mode="json")["whole"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": [], "best": None},
        {"parts": [], "best": None, "name": 1},
        {"parts": [], "best": None, "name": "b", "more": 1},
        {"parts": [{"from": "yesterday", "share": 1.0}], "best": None, "name": "b"},
    ],
    ids=["missing", "of another type", "unknown", "in a part"],
)
def test_what_is_no_such_struct_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Holder.model_validate({"whole": wrong})
