"""What the reads found, by group: the full outer join of what was spent and what became of leads.

Spend without a lead or win, and wins without spend, are both groups.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from leadtrace.domain.credits.cost_terms import CostTerms
from leadtrace.events.lead import Stage
from leadtrace.runtime.attribution_terms import attribution_terms_by, cost_terms_by
from leadtrace_api.costs import queries
from leadtrace_api.costs.customers import new_customers
from leadtrace_api.costs.lag import Expected, Outlook, outlook, unpacked
from leadtrace_api.costs.selection import Group, Selection
from leadtrace_api.costs.worked import Reached, reached, worked
from leadtrace_api.problems import ParameterError

MOST_GROUPS = 1_000


@dataclass(slots=True)
class Sums:
    """Of one group, or of several added up; money in minor units by the currency that it counts in."""

    media: dict[str, int] = field(default_factory=dict)
    sales: dict[str, int] = field(default_factory=dict)
    revenue: dict[str, int] = field(default_factory=dict)
    leads: int = 0
    mql: int = 0
    sql: int = 0
    customers: int = 0
    new_customers: int = 0
    churned: int = 0
    customer_days: int = 0
    customer_revenue: int = 0
    unpriced: int = 0
    orders: int = 0
    of_cohort: int = 0
    unlinked: int = 0
    sold: int = 0
    brought: int = 0
    open_ages: list[bytes] = field(default_factory=list)
    ages: list[bytes] = field(default_factory=list)
    worked: dict[Stage, Reached] = field(default_factory=dict)

    def expected(self, by: Outlook) -> Expected:
        """What is to come of its cohort."""
        return by.expect(unpacked(b"".join(self.open_ages)), unpacked(b"".join(self.ages)))

    def add(self, other: "Sums") -> None:
        """Add another group."""
        for mine, more in (
            (self.media, other.media),
            (self.sales, other.sales),
            (self.revenue, other.revenue),
        ):
            for currency, minor in more.items():
                mine[currency] = mine.get(currency, 0) + minor
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.open_ages += other.open_ages
        self.ages += other.ages
        for stage, more_leads in other.worked.items():
            self.worked.setdefault(stage, Reached()).add(more_leads)

    def any(self) -> bool:
        """Whether there is anything to tell."""
        money = (*self.media.values(), *self.sales.values(), *self.revenue.values())
        leads = any(one.any() for one in self.worked.values())
        return leads or any(money) or any(getattr(self, name) for name in _COUNTS)


_OF_CUSTOMERS = ("new_customers", "churned", "customer_days", "customer_revenue", "unpriced")
_COUNTS = (
    "leads",
    "mql",
    "sql",
    "customers",
    *_OF_CUSTOMERS,
    "orders",
    "of_cohort",
    "unlinked",
    "sold",
    "brought",
)


@dataclass(frozen=True, slots=True)
class Found:
    """The groups that have anything, all of them together, how leads end, and the terms of costs."""

    groups: dict[Group, Sums]
    total: Sums
    outlook: Outlook
    terms: CostTerms


async def find(asked: Selection) -> Found:
    """Everything that an answer needs, of one snapshot.

    Raises:
        ParameterError: there are too many groups.
    """
    groups: dict[Group, Sums] = {}
    channel_of = attribution_terms_by(asked.now.schedule).channel_of
    terms = cost_terms_by(asked.now.schedule)
    for row in await queries.spend(asked):
        group = asked.group_of_spend(row, channel_of)
        if group is not None:
            sums = groups.setdefault(group, Sums())
            spent = sums.sales if row.kind == "sales" else sums.media
            spent[row.counted_in] = spent.get(row.counted_in, 0) + row.spent
    cohorts = await queries.cohorts(asked, MOST_GROUPS + 1)
    check_groups(len(cohorts))
    for row in cohorts:
        _count(_of(groups, asked, row), row, ("leads", "mql", "sql", "customers"))
        _of(groups, asked, row).open_ages = [row.open_ages] if row.open_ages else []
        _of(groups, asked, row).ages = [row.ages] if row.ages else []
    for row in await queries.revenue(asked):
        _of(groups, asked, row).revenue[row.currency] = row.revenue
    for row in await new_customers(asked):
        _count(_of(groups, asked, row), row, _OF_CUSTOMERS)
    for row in await queries.orders(asked):
        _count(_of(groups, asked, row), row, ("orders", "of_cohort", "unlinked", "sold", "brought"))
    for row in await worked(asked, terms.per_stage):
        stage, leads = reached(row)
        _of(groups, asked, row).worked[stage] = leads
    total = Sums()
    for sums in groups.values():
        total.add(sums)
    ends = await asyncio.to_thread(outlook, await queries.endings(asked))
    found = {group: sums for group, sums in groups.items() if sums.any()}
    check_groups(len(found))
    return Found(found, total, ends, terms)


def check_groups(count: int) -> None:
    """Let an answer pass that is not too long.

    Raises:
        ParameterError: it has more groups than that.
    """
    if count > MOST_GROUPS:
        raise ParameterError(
            f"There are more than {MOST_GROUPS:,} groups.",
            parameter="by",
            rule=f"An answer has at most {MOST_GROUPS:,}.",
            remedy="Filter, or group by less.",
        )


def _of(groups: dict[Group, Sums], asked: Selection, row: Row[Any]) -> Sums:
    return groups.setdefault(asked.group_of(row), Sums())


def _count(sums: Sums, row: Row[Any], names: Sequence[str]) -> None:
    for name in names:
        setattr(sums, name, getattr(row, name))
