"""What is wrong with a configuration, said so that the reader can mend it: where, what, what was meant."""

import difflib
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


class SettingsError(Exception):
    """The configuration cannot be used; `problems` has one line for each mistake."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def settings_error(error: ValidationError, model: type[BaseModel]) -> SettingsError:
    """The same mistakes in words, without the values, which may be secret."""
    return SettingsError([_problem(detail, model) for detail in error.errors(include_url=False)])


def _problem(detail: ErrorDetails, model: type[BaseModel]) -> str:
    path = [str(part) for part in detail["loc"]]
    where = ".".join(path)
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key{nearest_hint(path, model)}"
    said = detail["msg"].removeprefix("Value error, ")
    # What is wrong between groups names them itself.
    return f"{where}: {said}" if where else said


def nearest_hint(path: Sequence[str], model: type[BaseModel]) -> str:
    """`; did you mean …?` with the known key nearest to the last part of `path`, or the list of keys."""
    parent = _model_at(path[:-1], model)
    known = list(parent.model_fields) if parent else []
    close = difflib.get_close_matches(path[-1], known, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {'.'.join([*path[:-1], close[0]])}?"
    return f"; known here: {', '.join(known)}" if known else ""


def _model_at(path: Sequence[str], model: type[BaseModel]) -> type[BaseModel] | None:
    """The model that the keys after `path` belong to; tables of named entries skip the name."""
    current: type[BaseModel] | None = model
    skip_name = False
    for part in path:
        if skip_name or current is None:
            skip_name = False
            continue
        field = current.model_fields.get(part)
        if field is None:
            return None
        current, skip_name = _model_in(field.annotation)
    return current


def _model_in(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    for inner in get_args(annotation):
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner, True
    return None, False
