"""`/v1/admin/replay`: `GET` shows the effect, `POST` marks one page; whoever asks goes on with `next`.

`GET …/differences` compares one page with what the mapping now in force would make of it.
"""

from collections.abc import Collection, Mapping
from typing import Annotated
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.admin import (
    Authorize,
    RefusedError,
    body_of,
    guarded,
    json_answer,
    name_of_key,
    parameters_of,
)
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.problem import problem
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Pool
from leadtrace_ingest.quarantine.selection import Moment
from leadtrace_ingest.replay.preview import preview
from leadtrace_ingest.replay.redo import FIRST, Span, effect, mark, waiting
from leadtrace_ingest.senders.sender import Sender

_PATH = "/v1/admin/replay"

_log = get_logger("leadtrace.ingest.replay")


class SpanQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of the effect."""

    since: Moment
    until: Moment | None = None
    sender: str | None = None


class PageOrder(SpanQuery, frozen=True, forbid_unknown_fields=True):
    """One page to mark; with `remap`, events that would now come out otherwise are put right."""

    after: UUID = FIRST
    limit: Annotated[int, msgspec.Meta(ge=1, le=2_000)] = 500
    remap: bool = False


class PreviewQuery(SpanQuery, frozen=True, forbid_unknown_fields=True):
    """One page to compare: few deliveries, because the door answers others between them."""

    after: UUID = FIRST
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


def replay_routes(
    pool: Pool, senders: Mapping[str, Sender], clock: Clock, wrapper: KeyWrapper, authorize: Authorize
) -> list[Route]:
    """The effect, a page, what a remap would change, and how many deliveries wait to be done again."""

    async def show(request: Request) -> Response:
        span = _span(parameters_of(request, SpanQuery), senders)
        async with pool.acquire() as connection:
            deliveries, by = await effect(connection, span)
        gone = sorted({one.sender for one in by} - set(senders))
        return json_answer({"deliveries": deliveries, "effect": by, "unconfigured_senders": gone})

    async def page(request: Request) -> Response:
        asked = await body_of(request, PageOrder)
        span = _span(asked, senders)
        async with pool.acquire() as connection:
            remap_at = clock.now() if asked.remap else None
            marked = await mark(connection, span, list(senders), asked.after, asked.limit, remap_at=remap_at)
            left = await waiting(connection, list(senders))
        _log.info(
            "intake.replayed", deliveries=marked.deliveries, items=marked.items, by=name_of_key(request)
        )
        return json_answer({**msgspec.structs.asdict(marked), "waiting": left})

    async def compare(request: Request) -> Response:
        asked = parameters_of(request, PreviewQuery)
        span = _span(asked, senders)
        async with pool.acquire() as connection:
            found = await preview(connection, span, senders, wrapper, after=asked.after, limit=asked.limit)
        return json_answer(found)

    async def count(_: Request) -> Response:
        async with pool.acquire() as connection:
            return json_answer({"waiting": await waiting(connection, list(senders))})

    return [
        Route(_PATH, guarded(show, authorize), methods=["GET"]),
        Route(_PATH, guarded(page, authorize), methods=["POST"]),
        Route(f"{_PATH}/differences", guarded(compare, authorize), methods=["GET"]),
        Route(f"{_PATH}/waiting", guarded(count, authorize), methods=["GET"]),
    ]


def _span(asked: SpanQuery, senders: Collection[str]) -> Span:
    if asked.sender is not None and asked.sender not in senders:
        known = ", ".join(sorted(senders)) or "none is configured"
        raise RefusedError(
            problem(
                422,
                "unknown_sender",
                "No sender of this name is configured, so that nobody could map its deliveries.",
                parameter="sender",
                remedy=f"One of: {known}.",
            )
        )
    return Span(asked.since, asked.until, asked.sender)
