"""What a question asks for, once it is known that it can be answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from leadtrace.domain.credits.model import Model
from leadtrace_api.credits.models import LEVELS, MODELS, USUAL, AnyModel, DataDriven, OpenJourneys
from leadtrace_api.credits.schemas import AttributionQuery
from leadtrace_api.parameters import check_range, listed
from leadtrace_api.problems import ParameterError
from leadtrace_api.projector.contribution import Basis

_USUAL_BY = LEVELS[0]

# Which keys of each dimension pass; None is what has none.
Filters: TypeAlias = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Passing:
    """The journeys that pass: those of the range that ended, and open ones, of which there are `open_count`.

    Ids are the text of an array of PostgreSQL: a million of them need not become objects.
    """

    ended: str
    open: str
    open_count: int

    @property
    def size(self) -> int:
        """Bytes of memory, nearly."""
        return len(self.ended) + len(self.open)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which models, of which days, by which dimensions.

    `filters` say which rows are shown, `lead_filters` whose journeys are looked at; `passing` are these.
    """

    models: Sequence[AnyModel]
    by: tuple[str, ...]
    basis: Basis
    first: date | None
    last: date | None
    filters: Filters
    target_roas: Decimal | None = None
    lead_filters: Filters = field(default_factory=dict)
    open: OpenJourneys = OpenJourneys.LEFT_OUT
    passing: Passing | None = None

    @property
    def per_deal(self) -> tuple[Model, ...]:
        """Models that divide each deal by itself."""
        return tuple(one for one in self.models if isinstance(one, Model))

    @property
    def data_driven(self) -> tuple[DataDriven, ...]:
        """Models that look at all journeys."""
        return tuple(one for one in self.models if isinstance(one, DataDriven))

    @property
    def has_paths(self) -> bool:
        """Whether there are paths of what is asked: those of won deals, by one dimension."""
        return len(self.by) == 1 and self.basis is Basis.COHORT

    def held_against(self, target: Decimal | None) -> "Selection":
        """The same question, with a target unless it names one itself."""
        return self if self.target_roas is not None else replace(self, target_roas=target)

    @property
    def is_weighted(self) -> bool:
        """Whether open journeys count as their chance to be lost."""
        return self.open is OpenJourneys.WEIGHTED

    def without_filters(self) -> "Selection":
        """The same question about every row; journeys are those that were asked for."""
        return replace(self, filters={})

    def days(self) -> dict[str, object]:
        """The days as parameters of a statement."""
        # The driver sends the ends of Python's calendar as PostgreSQL's infinities.
        return {"first": self.first or date.min, "last": self.last or date.max}

    def keys_of_leads(self, alias: str) -> tuple[str, dict[str, object]]:
        """The condition that a lead passes, with its parameters."""
        return passes(self.lead_filters, alias)


def named(filters: Filters) -> tuple[tuple[str, tuple[str | None, ...]], ...]:
    """Filters as they name what was found by them."""
    return tuple((name, tuple(keys)) for name, keys in filters.items())


def passes(filters: Filters, alias: str) -> tuple[str, dict[str, object]]:
    """The condition that a row of a relation passes each of these filters, with its parameters."""
    conditions: list[str] = []
    given: dict[str, object] = {}
    for name, keys in filters.items():
        none = f" or {alias}.{name} is null" if None in keys else ""
        conditions.append(f"({alias}.{name} = any(cast(:only_{name} as text[])){none})")
        given[f"only_{name}"] = [key for key in keys if key is not None]
    return " and ".join(conditions) or "true", given


def selected(query: AttributionQuery) -> Selection:
    """The question with its defaults.

    Raises:
        ParameterError: it cannot be answered.
    """
    check_range(query.first, query.last, ("from", "to"))
    models = [MODELS[name] for name in listed("model", query.model, tuple(MODELS))] or list(USUAL)
    by = listed("by", query.by, LEVELS) or (_USUAL_BY,)
    asked = Selection(
        models,
        by,
        query.basis,
        query.first,
        query.last,
        query.filters(),
        query.target_roas,
        query.lead_filters(),
        query.open,
    )
    if asked.data_driven:
        _check_data_driven(asked, asked.data_driven[0])
    elif asked.is_weighted:
        raise ParameterError(
            "None of the models that are asked for looks at open journeys.",
            parameter="open",
            rule="A model by rule divides won deals: only models over all journeys weigh open ones.",
            remedy="Ask for markov or shapley_rate too, or leave open out.",
        )
    return asked


def _check_data_driven(asked: Selection, model: DataDriven) -> None:
    if asked.basis is not Basis.COHORT:
        raise ParameterError(
            f"{model} divides deals that were won in a range, not what was booked in it.",
            parameter="basis",
            rule="Models over all journeys are of journeys that ended in the range: basis=cohort.",
            remedy=f"Ask with basis=cohort, or leave {model} out.",
        )
    if len(asked.by) != 1:
        raise ParameterError(
            f"{model} reads paths of one dimension; by names {len(asked.by)}.",
            parameter="by",
            rule="A path is a row of keys of one dimension.",
            remedy=f"Group by one of {', '.join(asked.by)}, or leave {model} out.",
        )
    others = [name for name in asked.filters if name not in asked.by]
    if others:
        raise ParameterError(
            f"{model} knows the journeys by {asked.by[0]} only, not by {others[0]}.",
            parameter=others[0],
            rule="A filter of touches chooses the rows that are shown; paths are never cut by it.",
            remedy=f"Group by {others[0]}, or leave {model} out.",
        )


def check_open(asked: Selection, today: date) -> None:
    """Refuse to weigh what is open in a range that is over.

    Raises:
        ParameterError: naming the remedy.
    """
    if asked.is_weighted and asked.last is not None and asked.last < today:
        raise ParameterError(
            f"What is open ends today at the earliest, and the range ended on {asked.last}.",
            parameter="open",
            rule="Models over all journeys are of journeys that end in the range.",
            remedy="Leave to out, or leave open out.",
        )


def check_custom(asked: Selection, *, defined: bool) -> None:
    """Refuse the model of one's own where nobody has said what it is.

    Raises:
        ParameterError: naming what to write where.
    """
    if Model.CUSTOM in asked.models and not defined:
        raise ParameterError(
            "The definitions in force define no model of one's own.",
            parameter="model",
            rule="custom divides by the weights in attribution.custom of the definitions.",
            remedy="Write attribution.custom and have both teams approve it, or leave custom out.",
        )
