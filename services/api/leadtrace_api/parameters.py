"""Parameters that questions share, and the rule that a route takes none silently that it does not know."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Annotated, Any, get_origin

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from leadtrace_api.problems import ParameterError, nearest
from leadtrace_api.projector.dimensions import DIMENSIONS

MAX_VALUE_LENGTH = 500
MOST_DIMENSIONS = 3
_NUL = "\x00"
_AS_OF = "as_of"
Value = Annotated[str, StringConstraints(max_length=MAX_VALUE_LENGTH)]


Keys = Annotated[
    list[Value],
    Field(default_factory=list, description="Only leads with one of these; empty: those without any."),
]


class OriginFilters(BaseModel):
    """One filter for each dimension of an origin; repeated values are alternatives."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    channel: Keys
    source: Keys
    medium: Keys
    campaign: Keys
    content: Keys
    outlet: Keys

    def given(self, names: Iterable[str]) -> dict[str, list[str | None]]:
        """Those that are filtered, with the keys that pass; None is the row without one."""
        filters: dict[str, list[str]] = {name: getattr(self, name) for name in names}
        return {name: [value or None for value in values] for name, values in filters.items() if values}


class DimensionFilters(OriginFilters):
    """One filter for each dimension of a lead."""

    form: Keys
    partner: Keys
    owner: Keys
    team: Keys
    segment: Keys
    industry: Keys
    region: Keys

    def filters(self) -> dict[str, list[str | None]]:
        """What is filtered."""
        return self.given(DIMENSIONS)


def filter_items(filters: dict[str, list[str | None]]) -> list[tuple[str, str]]:
    """The same filters as query parameters again."""
    return [(name, key or "") for name, keys in filters.items() for key in keys]


def check_range(first: date | None, last: date | None, names: tuple[str, str]) -> None:
    """Refuse a range that ends before it begins.

    Raises:
        ParameterError: naming the second parameter.
    """
    if first is not None and last is not None and last < first:
        raise ParameterError(
            f"{names[1]} is {last}, before {names[0]}, which is {first}.",
            parameter=names[1],
            rule="A range of days is inclusive and does not end before it begins.",
            remedy=f"Swap {names[0]} and {names[1]}.",
        )


def listed(parameter: str, given: str | None, known: Sequence[str]) -> tuple[str, ...]:
    """The names between commas, each once and in the order asked for.

    Raises:
        ParameterError: one of them is not known.
    """
    names = [name.strip() for name in given.split(",")] if given else []
    for name in names:
        if name not in known:
            raise ParameterError(
                f"{parameter} names {name or 'nothing'}, which is none that there is.",
                parameter=parameter,
                rule=f"It takes {', '.join(known)}, several between commas.",
                remedy=nearest(name, known) or f"Name one of {', '.join(known)}.",
            )
    return tuple(dict.fromkeys(names))


def dimensions_of(by: str | None) -> tuple[str, ...]:
    """The dimensions to group by, in the order asked for.

    Raises:
        ParameterError: one is unknown or named twice, or there are too many.
    """
    names = tuple(name.strip() for name in by.split(",")) if by is not None else ()
    known = f"It knows {', '.join(DIMENSIONS)}."
    for place, name in enumerate(names):
        if name not in DIMENSIONS:
            raise ParameterError(
                "by names a dimension that there is not.",
                parameter="by",
                rule="Groups are by known dimensions, separated by commas.",
                remedy=nearest(name, DIMENSIONS) or known,
            )
        if name in names[:place]:
            raise ParameterError(
                f"by names {name} twice.",
                parameter="by",
                rule="Each dimension cuts groups once.",
                remedy=f"Name {name} once.",
            )
    if len(names) > MOST_DIMENSIONS:
        raise ParameterError(
            f"by names {len(names)} dimensions.",
            parameter="by",
            rule=f"Groups are by at most {MOST_DIMENSIONS} dimensions at a time.",
            remedy="Ask by fewer, and narrow the others by filters.",
        )
    return names


async def only_known_parameters(request: Request) -> None:
    """Refuse a parameter that the route does not know, that it takes once and got twice, or that holds NUL.

    Raises:
        ParameterError: naming the parameter, with the nearest one that is known.
    """
    known = dict(_known(request.scope.get("route")))
    for name in request.query_params:
        if name == _AS_OF and name not in known:
            raise _only_now()
        if name not in known:
            raise ParameterError(
                f"{name} is no parameter of this route.",
                parameter=name,
                rule="Unknown parameters are refused: a typing error must not pass for an answer.",
                remedy=nearest(name, known)
                or (f"It knows {', '.join(sorted(known))}." if known else "It takes none."),
            )
        if not known[name] and len(request.query_params.getlist(name)) > 1:
            raise ParameterError(
                f"{name} is given more than once.",
                parameter=name,
                rule="Only the filters of dimensions may be repeated.",
                remedy=f"Give {name} once.",
            )
        if any(_NUL in value for value in request.query_params.getlist(name)):
            raise ParameterError(
                f"{name} holds a NUL character.",
                parameter=name,
                rule="Text of the database cannot hold NUL, so nothing that is kept has one.",
                remedy="Leave it out.",
            )


def _only_now() -> ParameterError:
    return ParameterError(
        "This route tells what is known now, and of no earlier state of knowledge.",
        parameter=_AS_OF,
        rule="States of knowledge are kept of funnel and balances, and folded anew of single leads.",
        remedy="Leave it out, or ask /v1/funnel, /v1/ledger/balances or /v1/leads/{id} as of it.",
    )


def _known(route: Any) -> Iterator[tuple[str, bool]]:
    """Each parameter of a route, and whether it may be repeated."""
    if not isinstance(route, APIRoute):
        return
    for parameter in route.dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name, field in model.model_fields.items():
                yield field.alias or name, get_origin(field.annotation) is list
