"""`/v1/admin/quarantine`: list, show, retry, discard; the bytes of an item are shown only when asked for."""

import base64
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.admin import (
    Authorize,
    PlainText,
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
from leadtrace.store.connection import Connection, Pool
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.quarantine.discard import Decision, discard
from leadtrace_ingest.quarantine.listing import Held, counts, discarded_item, held_item, page
from leadtrace_ingest.quarantine.raw import raw_of
from leadtrace_ingest.quarantine.retry import retry
from leadtrace_ingest.quarantine.selection import Selection
from leadtrace_ingest.senders.sender import Sender

_PATH = "/v1/admin/quarantine"
_FIRST = UUID(int=0)
_LONGEST_PAGE = 500
_REASONS: Mapping[str, Reason] = {reason.value: reason for reason in Reason}

_log = get_logger("leadtrace.ingest.quarantine")


class ListQuery(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters of the list."""

    after: UUID = _FIRST
    limit: Annotated[int, msgspec.Meta(ge=1, le=_LONGEST_PAGE)] = 50


class ShowQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of one item."""

    raw: bool = False


class Order(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done with which items; `all` must be said when nothing narrows them."""

    all: bool = False
    dry_run: bool = False
    why: PlainText = ""


class Quarantine:
    """The endpoints, over ingest's pool."""

    def __init__(self, pool: Pool, senders: Mapping[str, Sender], clock: Clock, wrapper: KeyWrapper) -> None:
        self._wrapper = wrapper
        self._pool = pool
        self._senders = senders
        self._clock = clock

    def routes(self, authorize: Authorize) -> list[Route]:
        """`GET` lists, `GET …/{id}` shows, `POST …/retry` and `POST …/discard` act."""
        return [
            Route(_PATH, guarded(self._list, authorize), methods=["GET"]),
            Route(f"{_PATH}/retry", guarded(self._retry, authorize), methods=["POST"]),
            Route(f"{_PATH}/discard", guarded(self._discard, authorize), methods=["POST"]),
            Route(f"{_PATH}/{{quarantine_id:uuid}}", guarded(self._show, authorize), methods=["GET"]),
        ]

    async def _list(self, request: Request) -> Response:
        asked = parameters_of(request, ListQuery)
        async with self._pool.acquire() as connection:
            held = await page(connection, asked, asked.after, asked.limit)
            by = await counts(connection, asked)
        return json_answer(
            {
                "items": held,
                "next": held[-1].quarantine_id if len(held) == asked.limit else None,
                "total": sum(one.items for one in by),
                "oldest_age_s": self._oldest_age_s(one.oldest_first_seen_at for one in by),
                "counts": by,
            }
        )

    async def _show(self, request: Request) -> Response:
        quarantine_id: UUID = request.path_params["quarantine_id"]
        asked = parameters_of(request, ShowQuery)
        async with self._pool.acquire() as connection:
            told, raw = await self._found(connection, quarantine_id, with_raw=asked.raw)
        if asked.raw:
            told["raw_base64"] = None if raw is None else base64.b64encode(raw).decode()
            _log.info("quarantine.raw_shown", quarantine_id=str(quarantine_id), by=name_of_key(request))
        return json_answer(told)

    async def _found(
        self, connection: Connection, quarantine_id: UUID, *, with_raw: bool
    ) -> tuple[dict[str, Any], bytes | None]:
        found = await held_item(connection, quarantine_id, self._wrapper)
        if found is not None:
            held, raw = found
            return {**_told(held), "bytes": len(raw)}, raw
        gone = await discarded_item(connection, quarantine_id)
        if gone is None:
            raise RefusedError(_unknown_item())
        held, discarded = gone
        raw_kept = await raw_of(connection, held, self._senders, self._wrapper) if with_raw else None
        return {**_told(held), "discarded": discarded}, raw_kept

    async def _retry(self, request: Request) -> Response:
        asked = await self._order(request)
        done = {"deliveries": 0, "items": 0}
        async with self._pool.acquire() as connection:
            by = await counts(connection, asked)
        if not asked.dry_run:
            retried = await retry(self._pool, asked, list(self._senders))
            done = retried._asdict()
            _log.info("quarantine.retried", **done, by=name_of_key(request))
        return json_answer({**done, "dry_run": asked.dry_run, "counts": by, **self._unconfigured(by)})

    async def _discard(self, request: Request) -> Response:
        asked = await self._order(request)
        why = asked.why.strip()
        if not why:
            raise RefusedError(_why_missing())
        done = {"deliveries": 0, "items": 0}
        async with self._pool.acquire() as connection:
            by = await counts(connection, asked)
        if not asked.dry_run:
            decision = Decision(why, name_of_key(request), self._clock.now())
            done = (await discard(self._pool, asked, decision))._asdict()
            _log.info("quarantine.discarded", **done, by=decision.by)
        return json_answer({**done, "dry_run": asked.dry_run, "counts": by})

    async def _order(self, request: Request) -> Order:
        asked = await body_of(request, Order)
        if asked.reason is not None and asked.reason not in _REASONS:
            raise RefusedError(_unknown_reason())
        narrowed = Selection(ids=asked.ids, sender=asked.sender, reason=asked.reason, since=asked.since)
        if narrowed.means_everything() and not asked.all:
            raise RefusedError(_say_all())
        return asked

    def _unconfigured(self, by: list[Any]) -> dict[str, list[str]]:
        gone = sorted({one.sender for one in by} - set(self._senders))
        return {"unconfigured_senders": gone}

    def _oldest_age_s(self, moments: Any) -> float | None:
        oldest = min(moments, default=None)
        return None if oldest is None else (self._clock.now() - oldest).total_seconds()


def _told(held: Held) -> dict[str, Any]:
    known = _REASONS.get(held.reason)
    words = {"sentence": known.sentence, "remedy": known.remedy} if known is not None else {}
    return {**msgspec.structs.asdict(held), **words}


def _unknown_item() -> Response:
    return problem(
        404,
        "unknown_item",
        "No held or discarded item has this id.",
        parameter="quarantine_id",
        remedy="`leadtrace quarantine list` shows the ids; what went through has left the quarantine.",
    )


def _unknown_reason() -> Response:
    return problem(
        422,
        "unknown_reason",
        "There is no such reason.",
        parameter="reason",
        remedy=f"One of: {', '.join(_REASONS)}.",
    )


def _why_missing() -> Response:
    return problem(
        422,
        "reason_missing",
        "What is discarded is never counted as published; somebody will ask why.",
        parameter="why",
        remedy="Say it in `why`.",
    )


def _say_all() -> Response:
    return problem(
        422,
        "selection_missing",
        "Nothing says which items are meant.",
        remedy="Name ids, sender, reason or since, or say `all`.",
    )
