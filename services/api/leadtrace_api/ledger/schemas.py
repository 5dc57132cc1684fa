"""The parameters of `GET /v1/ledger/balances`, and what it says."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from leadtrace.events.custody import Account
from leadtrace_api.knowledge.parameters import Moment
from leadtrace_api.parameters import Value
from leadtrace_api.schemas import Answer, Stamped
from leadtrace_api.spreadsheet import Format

PARTIES = ("team", "owner", "partner")


class BalancesQuery(BaseModel):
    """Parameters of `GET /v1/ledger/balances`."""

    model_config = ConfigDict(frozen=True)

    at: Moment | None = Field(
        default=None,
        description="A moment in the world: who had how many leads then; else now.",
        examples=["2026-03-31T22:00:00Z"],
    )
    as_of: date | None = Field(
        default=None,
        description="A state of knowledge: what was recorded by the close of this day in the reporting time "
        "zone; else all that is known now.",
    )
    by: Value | None = Field(
        default=None,
        description="Whose hands, beside the account: team, owner, partner, several between commas.",
        examples=["team,owner"],
    )
    format: Format = Field(default=Format.JSON, description="csv: a line a group, the total last.")


class BalancesEcho(Answer):
    """The question as it was understood."""

    at: datetime
    as_of: date | None
    by: tuple[str, ...]


class Balance(Answer):
    """How many leads are in these hands."""

    key: dict[str, str | None] = Field(
        description=f"`account`, one of {', '.join(Account)}, and what `by` names; in transit that is the "
        "side that the lead was offered to. Null: nobody is named."
    )
    balance: int


class BalancesTotal(Answer):
    """All accounts together."""

    balance: int = Field(description="Leads in anybody's hands.")
    captured: int = Field(description="Leads that ever came in: what the account `outside` gave.")
    imbalance: int = Field(description="The sum over all accounts, `outside` among them: always 0.")


class Balances(Stamped):
    """The answer of `GET /v1/ledger/balances`: accounts in the order of the journey, then by keys."""

    query: BalancesEcho
    groups: tuple[Balance, ...]
    total: BalancesTotal
