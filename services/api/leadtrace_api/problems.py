"""Errors as RFC 9457 problem details: what was wrong, by which rule, and what to do instead."""

import difflib
from collections.abc import Iterable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.problem import MEDIA_TYPE
from leadtrace.store.engine import UNAVAILABLE

RETRY_AFTER_S = 2

_log = get_logger("leadtrace_api.problems")


class Problem(BaseModel):
    """The body of every error."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(examples=["urn:leadtrace:problem:parameter"])
    title: str = Field(examples=["A parameter cannot be used"])
    status: int = Field(examples=[400])
    detail: str = Field(examples=["chanel is no parameter of this route."])
    parameter: str | None = Field(default=None, description="The parameter at fault.", examples=["chanel"])
    rule: str | None = Field(
        default=None, description="The rule that it breaks.", examples=["known parameters only"]
    )
    remedy: str | None = Field(
        default=None, description="What to do instead.", examples=["Did you mean channel?"]
    )


class ProblemError(Exception):
    """Ends a request with a problem."""

    status = 500
    kind = "internal"
    title = "The request could not be answered"

    def __init__(
        self, detail: str, *, parameter: str | None = None, rule: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            type=f"urn:leadtrace:problem:{self.kind}",
            title=self.title,
            status=self.status,
            detail=detail,
            parameter=parameter,
            rule=rule,
            remedy=remedy,
        )


class ParameterError(ProblemError):
    """A parameter is unknown, malformed or cannot be combined."""

    status = 400
    kind = "parameter"
    title = "A parameter cannot be used"


class NotFoundError(ProblemError):
    """There is nothing under this address or id."""

    status = 404
    kind = "not_found"
    title = "Nothing is there"


class KeyRequiredError(ProblemError):
    """Reading needs a key that was not given or is not the right one."""

    status = 401
    kind = "unauthorized"
    title = "A key is needed"


class ScopeMissingError(ProblemError):
    """The key is live, but does not allow this."""

    status = 403
    kind = "scope_missing"
    title = "The key does not allow this"


class UnavailableError(ProblemError):
    """The database is away; the same request may be sent again."""

    status = 503
    kind = "unavailable"
    title = "The database cannot be reached"


def away() -> ProblemError:
    """What is said while the database is away."""
    return UnavailableError("Try again shortly; nothing is lost meanwhile.")


def bug() -> ProblemError:
    """What is said of an error that nobody foresaw."""
    return ProblemError("The error is in the log of the api.")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A remedy that names the known word nearest to `name`, or None if none is near."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {found[0]}?" if found else None


def response_of(found: Problem) -> Response:
    """The problem as a response."""
    headers = {
        401: {"WWW-Authenticate": 'Bearer realm="leadtrace"'},
        503: {"Retry-After": str(RETRY_AFTER_S)},
    }.get(found.status)
    body = found.model_dump(exclude_none=True)
    return JSONResponse(body, found.status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Have every error of the app answered with a problem."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DBAPIError, _on_database)
    for error in UNAVAILABLE:
        app.add_exception_handler(error, _on_away)
    app.add_exception_handler(Exception, _on_bug)


async def _on_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - registered for this type only
    return response_of(error.problem)


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    first = error.errors()[0]
    where, name = str(first["loc"][0]), str(first["loc"][1]) if len(first["loc"]) > 1 else ""
    detail = f"{name} ({where}): {first['msg']}."
    return response_of(ParameterError(detail, parameter=name, rule=str(first["msg"])).problem)


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    if error.status_code == NotFoundError.status:
        remedy = "GET /v1 lists the routes."
        return response_of(NotFoundError("There is no such route.", remedy=remedy).problem)
    problem = Problem(
        type="about:blank", title=str(error.detail), status=error.status_code, detail=str(error.detail)
    )
    return response_of(problem)


async def _on_database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)  # noqa: S101 - registered for this type only
    if error.connection_invalidated or isinstance(error.orig, UNAVAILABLE):
        return await _on_away(request, error)
    return await _on_bug(request, error)


async def _on_away(_: Request, error: Exception) -> Response:
    _log.warning("database.away", error=type(error).__name__)
    return response_of(away().problem)


async def _on_bug(request: Request, error: Exception) -> Response:
    _log.error("request.failed", path=request.url.path, error=type(error).__name__)
    return response_of(bug().problem)
