"""Orders that came of handovers: a won deal counts once, with one offer of the lead that it counts with."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, Date, Row, Select, Uuid, and_, cast, column, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from leadtrace.events.custody import Answer, Ending
from leadtrace_api.handovers.selection import Selection
from leadtrace_api.journey_tables import OFFERS
from leadtrace_api.orders import ORDERS

_PRINCIPALS = f"""
{ORDERS}
select p.deal_id, p.lead_id, w.closed_day from principal p join won w using (deal_id)
"""


async def orders(asked: Selection) -> Sequence[Row[Any]]:
    """By group: won deals, whenever they closed, of the offers of the question that ended as won."""
    offer, order = asked.offers, _orders(asked)
    keys = asked.keys(offer)
    of = and_(offer.c.lead_id == order.c.lead_id, offer.c.place == order.c.place)
    statement: Select[Any] = (
        select(asked.is_total(keys), *keys, func.count().label("orders"))
        .select_from(offer.join(order, of))
        .group_by(asked.sets(keys))
    )
    rows: Sequence[Row[Any]] = (await asked.now.connection.execute(statement)).all()
    return rows


def _orders(asked: Selection) -> CTE:
    """Of each order the won offer of its lead that it came of: the last one made by the day of the close.

    Where none was made by then, as with one that is told late, it is the first one after it.
    """
    deal = (
        text(_PRINCIPALS)
        .bindparams(version=asked.now.version, currency=asked.currency)
        .columns(column("deal_id", Uuid), column("lead_id", Uuid), column("closed_day", Date))
        .cte("deal")
    )
    o = OFFERS.c
    made_on = cast(func.timezone(asked.zone, o.at), Date)
    made_before = func.coalesce(made_on <= deal.c.closed_day, False)
    won = and_(
        o.lead_id == deal.c.lead_id,
        o.definition_version == asked.now.version,
        o.answer == Answer.ACCEPTED,
        o.ended_as == Ending.WON,
    )
    return (
        select(o.lead_id, o.place)
        .ext(distinct_on(deal.c.deal_id))
        .select_from(OFFERS.join(deal, won))
        .order_by(
            deal.c.deal_id,
            made_before.desc(),
            func.abs(deal.c.closed_day - made_on),
            o.place.desc(),
        )
        .cte("order_of")
    )
