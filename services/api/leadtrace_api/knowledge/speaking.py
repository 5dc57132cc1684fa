"""Which model was active in a state of knowledge: a score of long ago is told by the model that gave it."""

from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import text

from leadtrace.domain.predict.features import Plan
from leadtrace.domain.predict.model import Model, StoredModel, check_model
from leadtrace.domain.predict.telling import Teller
from leadtrace_api.reading import Reading

_SPOKE = text("""
select version, hash, reads::text, body from scoring.pub_models
where activated_at is not null and case when cast(:as_of as timestamptz) is null then retired_at is null
  else activated_at <= :as_of and (retired_at is null or retired_at > :as_of) end
""")


class Speaks(NamedTuple):
    """A model, and what it reads of a lead."""

    teller: Teller
    plan: Plan


async def speaks_then(now: Reading, as_of: datetime | None) -> Speaks | None:
    """The model that was active then, now if no moment is named; None if this code cannot score by it."""
    row = (await now.connection.execute(_SPOKE, {"as_of": as_of})).one_or_none()
    if row is None:
        return None
    version, digest, reads, body = row
    try:
        stored = StoredModel(version, digest, msgspec.json.decode(body, type=Model))
        check_model(stored)
    except (msgspec.DecodeError, ValueError):
        return None
    return Speaks(Teller(stored), msgspec.json.decode(reads, type=Plan))
