"""The parameters of `GET /v1/accounts`, and what is said of accounts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from leadtrace.domain.definitions.said import AccountSaid
from leadtrace_api.accounts.queries import MOST_LEADS, MOST_PEOPLE
from leadtrace_api.leads.schemas import ScoreNumbers
from leadtrace_api.schemas import Answer, Money, Stamped
from leadtrace_api.spreadsheet import Format

LONGEST_PAGE = 100
# Four bytes a character of the longest name, and what stands before it.
_LONGEST_CURSOR = 1_500


class AccountsQuery(BaseModel):
    """Parameters of `GET /v1/accounts`."""

    model_config = ConfigDict(frozen=True)

    min_points: Annotated[
        float, Field(ge=0, le=1000, allow_inf_nan=False, description="Only accounts that add so many points.")
    ] = 0.0
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE, description="Accounts on a page.")] = 50
    cursor: Annotated[str, StringConstraints(max_length=_LONGEST_CURSOR)] | None = Field(
        default=None, description="Where the page before ended; from its `next`."
    )
    format: Format = Field(
        default=Format.JSON, description="csv: a line an account; the header Link names the next page."
    )


class PersonPart(Answer):
    """What one person brings, in thousandths of a point."""

    lead_id: UUID
    touched_at: datetime
    millipoints: int
    because: str


class AccountGroup(Answer):
    """What an account adds to each of its leads: `parts` and `over_cap` sum to `millipoints` exactly."""

    name: str
    people: int = Field(description="Those who are active: four half-lives long after their last touch.")
    millipoints: int
    parts: tuple[PersonPart, ...] = Field(
        description="Who was active last first; none if fewer people are active than the definitions ask for."
    )
    over_cap: int = Field(description="What the cap takes off: 0 or below.")
    untold: int = Field(description="Active people beyond the 100 who were active last: they do not count.")
    because: str = Field(description="What the definitions say to it.")


class AccountStanding(Answer):
    """An account and how it stands."""

    account: str
    people: int = Field(description="Leads of the account.")
    active_people: int = Field(description="Those of them who are active.")
    points: float = Field(description="What it adds to the score of each of its leads.")
    band: str | None = Field(description="The hottest band of its leads; null until one has a score.")
    open_value: Money | None = Field(
        description="Open deals of its leads in the reporting currency; null without any."
    )
    href: str


class AccountRow(AccountStanding):
    """An account on the list."""

    leads: tuple[UUID, ...] = Field(
        description=f"Its leads, at most {MOST_LEADS} of them, who was active last first."
    )


class Accounts(Stamped):
    """The answer of `GET /v1/accounts`: the account that adds most comes first."""

    at: datetime = Field(description="The moment that points are of: that of the first page.")
    query: dict[str, object]
    rule: AccountSaid | None = Field(description="Null where the definitions in force tell no accounts.")
    accounts: tuple[AccountRow, ...] = Field(description="Those of which somebody is active.")
    next: str | None = Field(description="The link to the next page; null on the last.")


class AccountPerson(Answer):
    """A lead of an account."""

    lead_id: UUID
    status: str | None
    stage: str | None
    owner: str | None
    team: str | None
    score: ScoreNumbers | None = Field(description="Its own, without what the account adds.")
    touched_at: datetime | None = Field(description="When it last was active; null: never.")
    href: str


class OneAccount(Stamped, AccountStanding):
    """The answer of `GET /v1/accounts/{name}`."""

    rule: AccountSaid
    added: AccountGroup
    leads: tuple[AccountPerson, ...] = Field(
        description=f"At most {MOST_PEOPLE} of its leads, who was active last first."
    )
    leads_omitted: int
