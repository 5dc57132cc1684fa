"""What marketing and sales cost: a posting replaces all earlier rows within the scope that it declares."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

CURRENCY = r"^[A-Z]{3}$"
AMOUNT = r"^-?[0-9]{1,18}(\.[0-9]{1,12})?$"

Amount = Annotated[str, msgspec.Meta(pattern=AMOUNT, max_length=32)]
Currency = Annotated[str, msgspec.Meta(pattern=CURRENCY)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class SpendKind(StrEnum):
    """What the money was for."""

    MEDIA = "media"
    SALES = "sales"


class SpendRow(msgspec.Struct, frozen=True, omit_defaults=True, rename={"from_": "from"}):
    """Money spent from the day `from` until the day `to`, both inclusive; `amount` is a decimal as text."""

    from_: date
    to: date
    amount: Amount
    currency: Currency
    channel: Name | None = None
    source: Name | None = None
    medium: Name | None = None
    campaign: Name | None = None
    content: Name | None = None
    outlet: Name | None = None
    kind: SpendKind = SpendKind.MEDIA


class SpendRecorded(msgspec.Struct, frozen=True, omit_defaults=True, rename={"from_": "from"}):
    """All that was spent in a scope: an account and the days `from` until `to`, both inclusive."""

    account: Name
    from_: date
    to: date
    rows: tuple[SpendRow, ...]
