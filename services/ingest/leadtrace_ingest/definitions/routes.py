"""`/v1/admin/definitions`: versions are registered, approved, put in the shadow and activated.

Whoever approves is named in the body; who told us is the name of the key.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.runtime.admin import Authorize, body_of, guarded, json_answer, name_of_key
from leadtrace.runtime.clock import Clock, Ids
from leadtrace.runtime.logging import get_logger
from leadtrace.store.connection import Connection, Pool
from leadtrace_ingest.definitions import refusals, store
from leadtrace_ingest.definitions.named import Named, named_in, shipped_versions
from leadtrace_ingest.definitions.orders import Approve, Register
from leadtrace_ingest.definitions.registry import Registry
from leadtrace_ingest.definitions.telling import told_of
from leadtrace_ingest.relay.numbers import EventNumbers

_PATH = "/v1/admin/definitions"
_ONE = f"{_PATH}/{{version:int}}"
_LARGEST_VERSION = 2**31 - 1

_log = get_logger("leadtrace.ingest.definitions")


class DefinitionRoutes:
    """What operators say of versions of the definitions."""

    def __init__(self, pool: Pool, clock: Clock, ids: Ids) -> None:
        self._pool = pool
        self._registry = Registry(shipped_versions(), clock, ids, EventNumbers())

    def routes(self, authorize: Authorize) -> list[Route]:
        """What the app serves."""
        return [
            Route(_PATH, guarded(self._told, authorize), methods=["GET"]),
            Route(_PATH, guarded(self._register, authorize), methods=["POST"]),
            Route(_ONE, guarded(self._body, authorize), methods=["GET"]),
            Route(f"{_ONE}/approvals", guarded(self._approve, authorize), methods=["POST"]),
            Route(f"{_ONE}/shadow", guarded(self._begin_shadow, authorize), methods=["POST"]),
            Route(f"{_ONE}/shadow", guarded(self._end_shadow, authorize), methods=["DELETE"]),
            Route(f"{_ONE}/activate", guarded(self._activate, authorize), methods=["POST"]),
        ]

    async def _told(self, _: Request) -> Response:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            told = await told_of(connection, self._registry.shipped)
        return json_answer(told)

    async def _body(self, request: Request) -> Response:
        version = _version_of(request)
        async with self._pool.acquire() as connection:
            body = await store.body_of_version(connection, version)
        if body is None and (shipped := self._registry.shipped.versions.get(version)) is not None:
            body = shipped.body
        if body is None:
            raise refusals.unknown_version(version)
        return json_answer({"version": version, "body": body.decode()})

    async def _register(self, request: Request) -> Response:
        order = await body_of(request, Register)
        named = _named_by(order)
        async with self._turn() as connection:
            known, new = await self._registry.register(connection, named, name_of_key(request))
        if new:
            _log.info("definitions.registered", version=known.version, by=known.registered_by)
        return json_answer(known, status=201 if new else 200)

    async def _approve(self, request: Request) -> Response:
        version, order, by = _version_of(request), await body_of(request, Approve), name_of_key(request)
        if not order.by.strip():
            raise refusals.nobody_named()
        async with self._turn() as connection:
            given, new = await self._registry.approve(connection, version, order, by)
        if new:
            _log.info("definitions.approved", version=version, team=given.team.value, by=by)
        return json_answer(given, status=201 if new else 200)

    async def _begin_shadow(self, request: Request) -> Response:
        version, by = _version_of(request), name_of_key(request)
        async with self._turn() as connection:
            shadow = await self._registry.begin_shadow(connection, version, by)
        _log.info("definitions.shadow_began", version=version, by=by)
        return json_answer(shadow, status=201)

    async def _end_shadow(self, request: Request) -> Response:
        version = _version_of(request)
        async with self._turn() as connection:
            shadow, ended_at = await self._registry.end_shadow(connection, version)
        _log.info("definitions.shadow_ended", version=version, by=name_of_key(request))
        return json_answer({"shadow_id": shadow.shadow_id, "version": version, "ended_at": ended_at})

    async def _activate(self, request: Request) -> Response:
        version, by = _version_of(request), name_of_key(request)
        async with self._turn() as connection:
            done, before = await self._registry.activate(connection, version, by)
        _log.info("definitions.activated", version=version, before=before, by=by)
        return json_answer({"activation": done, "before": before})

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[Connection]:
        """One transaction, alone among all that change something here."""
        async with self._pool.acquire() as connection, connection.transaction():
            await store.take_turns(connection)
            yield connection


def _version_of(request: Request) -> int:
    version: int = request.path_params["version"]
    if version > _LARGEST_VERSION:
        raise refusals.unknown_version(version)
    return version


def _named_by(order: Register) -> Named:
    try:
        return named_in(order.body.encode(), order.file)
    except DefinitionsError as error:
        raise refusals.unusable(error) from None
