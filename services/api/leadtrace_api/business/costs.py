"""Spend, what an order cost and what media brought back, as `/v1/costs` tells them, from rollups."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import text

from leadtrace.runtime.attribution_terms import attribution_terms_by
from leadtrace.runtime.families import Families
from leadtrace_api.business import metrics
from leadtrace_api.business.channels import Channels
from leadtrace_api.business.leads import amount
from leadtrace_api.business.windows import Window
from leadtrace_api.costs import queries
from leadtrace_api.costs.schemas import CostsQuery
from leadtrace_api.costs.selection import Selection
from leadtrace_api.costs.spent import Spent
from leadtrace_api.funnel.queries import Slice, revenues
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import TOTAL
from leadtrace_api.reading import Reading
from leadtrace_api.settings import ApiSettings

_ORDERS = text("""
select count(*) from api.deals
where definition_version = :version and status = 'won' and redirect_to is null
  and closed_day between :first and :last
""")


async def show_costs(
    now: Reading, windows: Sequence[Window], channels: Channels, settings: ApiSettings, families: Families
) -> None:
    """All that is in the currency of reports; what has no rate to it is in no number."""
    for window in windows:
        await _Costs(now, window, settings, families).show(channels)


class _Costs:
    """The costs of one window."""

    def __init__(self, now: Reading, window: Window, settings: ApiSettings, families: Families) -> None:
        self._now = now
        self._window = window
        self._currency = settings.currency
        self._zone = settings.timezone
        self._families = families
        self._media = self._total = 0
        self._beside_media = self._beside = False
        self._by_channel: dict[str | None, list[int]] = {}

    async def show(self, channels: Channels) -> None:
        await self._add_up()
        currency, days = self._currency, self._window.label
        orders = await self._orders()
        self._families.add(metrics.ORDERS, orders, days)
        self._families.add(metrics.SPEND, amount(self._total, currency), currency, days)
        each = Spent(self._total, currency, self._beside).cost(orders).value
        if each is not None:
            self._families.add(metrics.COST_PER_ORDER, float(Decimal(each.amount)), currency, days)
        self._families.add(metrics.RETURN_ON_SPEND, await self._returned(), days)
        for label, (minor,) in channels.sums(self._by_channel, 1).items():
            self._families.add(metrics.CHANNEL_SPEND, amount(minor, currency), label, currency, days)

    async def _add_up(self) -> None:
        query = CostsQuery.model_construct(first=self._window.first, last=self._window.last)
        asked = Selection(self._now, query, ("channel",), self._currency, self._zone)
        channel_of = attribution_terms_by(self._now.schedule).channel_of
        for row in await queries.spend(asked):
            if row.counted_in != self._currency:
                self._beside = True
                self._beside_media |= row.kind != "sales"
                continue
            self._total += row.spent
            self._media += row.spent if row.kind != "sales" else 0
            group = asked.group_of_spend(row, channel_of)
            if group is not None:
                self._by_channel.setdefault(group[0], [0])[0] += row.spent

    async def _orders(self) -> int:
        days = {"first": self._window.first, "last": self._window.last}
        statement = await self._now.connection.execute(_ORDERS, {"version": self._now.version, **days})
        orders: int = statement.scalar_one()
        return orders

    async def _returned(self) -> float | None:
        if Spent(self._media, self._currency, self._beside_media).why_not is not None:
            return None
        cohort = Slice(Basis.COHORT, TOTAL, self._window.first, self._window.last)
        found = {one.currency: one.revenue for one in await revenues(self._now, cohort)}
        return found.get(self._currency, 0) / self._media
