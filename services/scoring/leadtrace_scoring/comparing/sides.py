"""Which versions are compared: a number that is registered or shipped, a file's text, what is in force."""

import asyncio
from typing import Annotated, NamedTuple

import msgspec

from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.runtime.admin import RefusedError
from leadtrace.runtime.definitions import read_definitions, shipped_shelf
from leadtrace.runtime.problem import problem
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.connection import Pool
from leadtrace.store.in_force import bodies

_LARGEST_TEXT = 1_000_000


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version by its number, or the text of a file; `file` is what messages call it."""

    version: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    body: Annotated[str, msgspec.Meta(max_length=_LARGEST_TEXT)] | None = None
    file: Annotated[str, msgspec.Meta(max_length=1_000)] = "the text"


class Side(NamedTuple):
    """A version, and where it was read."""

    definitions: Definitions
    name: str


async def side_of(pool: Pool, schedules: Schedules, wanted: Wanted | None, parameter: str) -> Side:
    """The definitions that are wanted; without any those in force.

    Raises:
        RefusedError: there is no such version, or the text breaks a rule.
    """
    if wanted is None:
        async with pool.acquire() as connection:
            in_force = (await schedules.in_force(connection.fetch)).current
        return Side(in_force, f"version {in_force.version}, in force")
    if (wanted.version is None) == (wanted.body is None):
        said = "Say either a version or the body of a file."
        raise RefusedError(problem(422, "bad_request", said, parameter=parameter))
    if wanted.version is not None:
        return await _version(pool, wanted.version, parameter)
    # A long text takes a while to read, and the live loop would wait.
    return await asyncio.to_thread(_parsed, (wanted.body or "").encode(), wanted.file, parameter)


async def _version(pool: Pool, number: int, parameter: str) -> Side:
    name = f"version {number}"
    body = await _registered(pool, number)
    if body is not None:
        return await asyncio.to_thread(_parsed, body, name, parameter)
    shipped = shipped_shelf().version(number)
    if shipped is None:
        refused = problem(
            404,
            "unknown_version",
            f"There is no version {number} of the definitions, neither registered nor shipped.",
            parameter=parameter,
            remedy="`leadtrace definitions lint` lists what is shipped; give a file instead of a number.",
        )
        raise RefusedError(refused)
    return Side(shipped, name)


async def _registered(pool: Pool, number: int) -> bytes | None:
    """The text of a registered version; None without it."""
    async with pool.acquire() as connection:
        return (await bodies(connection.fetch, [number])).get(number)


def _parsed(text: bytes, name: str, parameter: str) -> Side:
    try:
        return Side(read_definitions(text, name), name)
    except DefinitionsError as error:
        findings = [
            {"file": one.file, "line": one.line, "key": one.key, "rule": one.rule, "remedy": one.remedy}
            for one in error.problems
        ]
        refused = problem(
            422,
            "definitions_unusable",
            f"{error}.",
            parameter=parameter,
            remedy="Mend it until `leadtrace definitions lint` finds nothing.",
            findings=findings,
        )
        raise RefusedError(refused) from None
