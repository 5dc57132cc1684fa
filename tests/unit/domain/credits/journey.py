"""Paths by hand: touches at whole days, told apart by their campaigns, and shares as fractions."""

from fractions import Fraction

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.credits.milestones import Milestones, passed
from leadtrace.domain.credits.model import Model, ModelParameters
from leadtrace.domain.credits.path import path_of
from leadtrace.domain.credits.touch import PathTouch
from leadtrace.domain.credits.weights import weights_of


def touch(day: float, channel: str | None = "email", *, lead: str = "lead", campaign: str = "") -> PathTouch:
    """A touch so many days after the epoch; its campaign is its day unless it has one."""
    named = campaign or f"day {day}"
    return PathTouch(round(day * DAY_US), lead, (channel, None, None, named, None, None))


def on_days(created: float | None, opportunity: float | None, closed: float) -> Milestones:
    """Milestones by day."""
    at = [None if day is None else round(day * DAY_US) for day in (created, opportunity)]
    return Milestones(at[0], at[1], round(closed * DAY_US))


def shares(
    model: Model, touches: list[PathTouch], milestones: Milestones, parameters: ModelParameters
) -> list[Fraction]:
    """What part of the deal each touch of the path has, oldest first."""
    path = path_of(touches, until=milestones.closed, parameters=parameters)
    weights = weights_of(model, path, passed(path, milestones), parameters) or []
    return [Fraction(weight, sum(weights)) for weight in weights]
