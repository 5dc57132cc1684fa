"""What attribution shows to dashboards: what each model gave to the largest channels, and to the rest."""

from datetime import date
from decimal import Decimal

import pytest

from leadtrace.domain.credits.model import PER_DEAL
from leadtrace.domain.money import to_decimal
from leadtrace.store.engine import connect
from leadtrace.store.roles import READONLY_ROLE, role_of

_CREDIT = """
insert into attribution.credit_days
  (key, won_on, booked_on, counted_in, attributed, channel, credits, amounts)
values (decode(md5(random()::text), 'hex'), $1, $1, $2, $3, $4, $5, $6)
"""
DAY = date(2026, 3, 1)
AMOUNTS = [1_000 * place for place in range(1, len(PER_DEAL) + 1)]
NO_CHANNELS = ["ada@example.com", "+49 151 2345678", "other", "a" * 65, "<script>"]


async def told(
    url: str, *rows: tuple[str | None, bool, str | None, int]
) -> list[tuple[str, str, str, Decimal]]:
    """Rows of the view as (model, channel, currency, amount) after these credits were booked."""
    owner = await connect(url, role_of("attribution"))
    for row in rows:
        await owner.execute(_CREDIT, DAY, *row, AMOUNTS)
    await owner.close()
    reader = await connect(url, READONLY_ROLE)
    found = await reader.fetch("select model, channel, currency, amount from attribution.pub_stats_credits")
    await reader.close()
    return [tuple(row) for row in found]


async def test_every_model_has_its_own_amount(database_url: str) -> None:
    rows = await told(database_url, ("EUR", True, "email", 1))
    assert {model: amount for model, _, _, amount in rows} == {
        model.value: to_decimal(amount, "EUR") for model, amount in zip(PER_DEAL, AMOUNTS, strict=True)
    }


@pytest.mark.parametrize("currency", ["EUR", "JPY", "BHD", "CLF"])
async def test_money_is_in_whole_units_of_its_currency(database_url: str, currency: str) -> None:
    rows = await told(database_url, (currency, True, "email", 1), (None, True, "email", 1))
    first = {of: amount for model, _, of, amount in rows if model == PER_DEAL[0].value}
    assert first == {currency: to_decimal(1_000, currency), None: Decimal("0.001")}


async def test_what_looks_like_no_channel_is_not_told_by_name(database_url: str) -> None:
    """A public form can be sent any text as its channel, an address or a number among them."""
    rows = await told(
        database_url,
        *(("EUR", True, one, 1_000) for one in NO_CHANNELS),
        *(("EUR", True, f"campaign {letter}", 10 + place) for place, letter in enumerate("abcdefghijkl")),
        ("EUR", True, None, 1),
        ("EUR", False, None, 1),
    )
    shown = {channel for _, channel, _, _ in rows}
    assert shown == {*(f"campaign {letter}" for letter in "cdefghijkl"), "other", "none", "unattributed"}
    whole = sum(amount for model, _, _, amount in rows if model == PER_DEAL[0].value)
    assert whole == to_decimal(1_000 * (len(NO_CHANNELS) + 12 + 2), "EUR")
