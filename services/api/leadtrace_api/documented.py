"""How routes document what they answer: an example of each form, the table made of the same example.

Errors are what the api says word for word: tests ask for each of them.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

from pydantic import TypeAdapter

from leadtrace.runtime.key_ring import Scope
from leadtrace.runtime.problem import MEDIA_TYPE
from leadtrace_api import problems
from leadtrace_api.documentation import PROBLEM
from leadtrace_api.keys import LOCAL_ONLY, key_required, scope_missing
from leadtrace_api.problems import ProblemError
from leadtrace_api.schemas import Answer
from leadtrace_api.written import Written

Responses: TypeAlias = dict[int | str, dict[str, Any]]
AnswerT = TypeVar("AnswerT", bound=Answer | Written)


def answered_as_table_too(
    answer: type[AnswerT], example: dict[str, Any], as_csv: Callable[[AnswerT], str]
) -> Responses:
    """The answer of a route that also tells it as CSV."""
    told = as_csv(TypeAdapter(answer).validate_python(example, by_alias=True, by_name=True))
    table = {"schema": {"type": "string"}, "example": told}
    return {200: {"content": {"application/json": {"example": example}, "text/csv": table}}}


def _error(error: ProblemError, description: str | None = None) -> dict[str, Any]:
    example = error.problem.model_dump(exclude_none=True)
    content = {MEDIA_TYPE: {"schema": PROBLEM, "example": example}}
    return {"description": description or error.title, "content": content}


ERRORS: Final[Responses] = {
    "default": _error(problems.bug(), "Any other error"),
    400: _error(
        problems.ParameterError(
            "chanel is no parameter of this route.",
            parameter="chanel",
            rule="Unknown parameters are refused: a typing error must not pass for an answer.",
            remedy="Did you mean channel?",
        )
    ),
    401: _error(key_required(Scope.READ, what="Reading", rule=LOCAL_ONLY)),
    403: _error(scope_missing(Scope.READ, what="Reading")),
    404: _error(
        problems.NotFoundError(
            "There is no lead 00000000-0000-0000-0000-000000000001.",
            parameter="lead_id",
            remedy="/v1/leads lists those that there are.",
        )
    ),
    503: _error(problems.away()),
}
