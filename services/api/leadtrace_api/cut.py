"""How the rows of a question are cut into groups and the total."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, literal, tuple_


class Cut:
    """A question whose relations carry the keys of their group as `key_` columns, one a dimension."""

    dimensions: tuple[str, ...]

    def keys(self, relation: Any) -> list[ColumnElement[Any]]:
        """The group's keys as columns of a relation that has them."""
        return [relation.c[f"key_{name}"] for name in self.dimensions]

    def is_total(self, keys: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        """1 in the rows of the total, 0 in those of groups."""
        whole: ColumnElement[Any] = func.grouping(keys[0]) if keys else literal(1)
        return cast(whole, Integer).label("total")

    def sets(self, keys: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        """What to group by, beside other columns, to have them within each group and within the total."""
        nothing: ColumnElement[Any] = tuple_()
        grouped: ColumnElement[Any] = (
            func.grouping_sets(tuple_(*keys), nothing) if keys else func.grouping_sets(nothing)
        )
        return grouped
