"""What a question about costs is about, as parts of its statements: keys, filters and days."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Row

from leadtrace.domain.credits.grouping import ChannelOf
from leadtrace_api.costs.schemas import KEYS, CostsQuery
from leadtrace_api.reading import Reading
from leadtrace_api.spend_names import named_spend

# The keys of a group, in the order asked for; without dimensions there is one, of all.
Group: TypeAlias = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """One question; `by` and the names of filters are known dimensions, and may stand in statements."""

    now: Reading
    query: CostsQuery
    by: tuple[str, ...]
    currency: str
    timezone: str

    def keys(self, alias: str) -> str:
        """The columns of the group, each followed by a comma."""
        return "".join(f"{alias}.{name} as key_{name}, " for name in self.by)

    def grouped(self, *more: str) -> str:
        """The clause that groups by these and other columns; none where there are neither."""
        columns = [*(f"key_{name}" for name in self.by), *more]
        return f"group by {', '.join(columns)}" if columns else ""

    def where(self, alias: str, day: str) -> str:
        """Conditions on the filtered dimensions of a relation, and on a day of the question."""
        return " and ".join([*self._filters(alias), self.within(day)])

    def filtered(self, alias: str) -> str:
        """Conditions on the filtered dimensions alone."""
        return " and ".join([*self._filters(alias), "true"])

    def within(self, day: str) -> str:
        """The condition on a day."""
        first, last = self.query.first, self.query.last
        conditions = [
            *([f"{day} >= :first"] if first else []),
            *([f"{day} <= :last"] if last else []),
        ]
        return " and ".join(conditions) or f"{day} is not null"

    def parameters(self) -> dict[str, object]:
        """All that the parts take, and the version."""
        given: dict[str, object] = {"version": self.now.version}
        if self.query.first is not None:
            given["first"] = self.query.first
        if self.query.last is not None:
            given["last"] = self.query.last
        for name, keys in self.query.filters().items():
            given[f"only_{name}"] = [key for key in keys if key is not None]
        return given

    def group_of(self, row: Row[tuple[object, ...]]) -> Group:
        """The keys of a row that has them."""
        return tuple(row._mapping[f"key_{name}"] for name in self.by)  # noqa: SLF001 - its public name

    def group_of_spend(self, row: Row[Any], channel_of: ChannelOf) -> Group | None:
        """The keys of a row of all dimensions, its channel called as those of leads; None if filtered."""
        said = tuple(row._mapping[name] for name in KEYS)  # noqa: SLF001 - its public name
        named = named_spend(said, channel_of, self.query.filters())
        return tuple(named[name] for name in self.by) if named is not None else None

    def _filters(self, alias: str) -> Iterator[str]:
        for name, keys in self.query.filters().items():
            missing = f" or {alias}.{name} is null" if None in keys else ""
            yield f"({alias}.{name} = any(cast(:only_{name} as text[])){missing})"
