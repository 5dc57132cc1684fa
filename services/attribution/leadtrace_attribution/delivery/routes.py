"""`/v1/admin/webhooks` of the webhooks worker: the equation, deliveries, retry and replay."""

from collections.abc import Mapping
from typing import Annotated
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
from leadtrace.runtime.settings_outbound import Subscription
from leadtrace.store.connection import Pool
from leadtrace_attribution.delivery.again import Again, known_subscriptions, replay, retry
from leadtrace_attribution.delivery.balance import balance
from leadtrace_attribution.delivery.listing import Place, deliveries_of, page, told_of
from leadtrace_attribution.delivery.selection import Selection, State
from leadtrace_attribution.delivery.webhook import webhook_schema

_PATH = "/v1/admin/webhooks"
_LONGEST_PAGE = 500

_log = get_logger("leadtrace.attribution.webhooks")


class ListQuery(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters of the list; `after` is the `next` of the page before."""

    state: State | None = None
    after: PlainText | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=_LONGEST_PAGE)] = 50


class Order(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which deliveries are to be made again; `all` must be said when nothing narrows them."""

    all: bool = False
    dry_run: bool = False


class WebhookRoutes:
    """The endpoints, over the worker's pool; `configured` are its own subscriptions."""

    def __init__(self, pool: Pool, configured: Mapping[str, Subscription], clock: Clock) -> None:
        self._pool = pool
        self._origins = {name: one.origin for name, one in configured.items()}
        self._clock = clock

    def routes(self, authorize: Authorize) -> list[Route]:
        """What the app serves."""
        return [
            Route(_PATH, guarded(self._list, authorize), methods=["GET"]),
            Route(f"{_PATH}/balance", guarded(self._balance, authorize), methods=["GET"]),
            Route(f"{_PATH}/schema", guarded(self._schema, authorize), methods=["GET"]),
            Route(f"{_PATH}/retry", guarded(self._retry, authorize), methods=["POST"]),
            Route(f"{_PATH}/replay", guarded(self._replay, authorize), methods=["POST"]),
            Route(f"{_PATH}/{{notification_id:uuid}}", guarded(self._show, authorize), methods=["GET"]),
        ]

    async def _list(self, request: Request) -> Response:
        asked = parameters_of(request, ListQuery)
        await self._must_know(asked.subscription)
        async with self._pool.acquire() as connection:
            found = await page(
                connection,
                asked,
                asked.state,
                now=self._clock.now(),
                after=_place(asked.after),
                limit=asked.limit,
            )
        last = found[-1] if len(found) == asked.limit else None
        following = None if last is None else f"{last.number}:{last.subscription}"
        return json_answer({"deliveries": found, "next": following})

    async def _balance(self, _: Request) -> Response:
        async with self._pool.acquire() as connection:
            found = await balance(connection, self._clock.now())
        return json_answer({**msgspec.structs.asdict(found), "origins": self._origins})

    async def _schema(self, _: Request) -> Response:
        return json_answer(webhook_schema())

    async def _show(self, request: Request) -> Response:
        notification_id: UUID = request.path_params["notification_id"]
        async with self._pool.acquire() as connection:
            told = await told_of(connection, notification_id)
            if told is None:
                raise RefusedError(_unknown())
            deliveries = await deliveries_of(connection, notification_id, self._clock.now())
        return json_answer({"notification": told._asdict(), "deliveries": deliveries})

    async def _retry(self, request: Request) -> Response:
        order = await self._order(request)
        done = await retry(self._pool, _narrowed(order), self._clock.now(), dry_run=order.dry_run)
        return _done("webhooks.retried", request, order, done)

    async def _replay(self, request: Request) -> Response:
        order = await self._order(request)
        done = await replay(self._pool, _narrowed(order), self._clock.now(), dry_run=order.dry_run)
        return _done("webhooks.replayed", request, order, done)

    async def _order(self, request: Request) -> Order:
        order = await body_of(request, Order)
        await self._must_know(order.subscription)
        if _narrowed(order).means_everything() and not order.all:
            raise RefusedError(_say_all())
        return order

    async def _must_know(self, subscription: str | None) -> None:
        if subscription is None:
            return
        async with self._pool.acquire() as connection:
            known = await known_subscriptions(connection)
        if subscription not in known:
            raise RefusedError(
                problem(
                    422,
                    "unknown_subscription",
                    f"No subscription is called {subscription!r}.",
                    parameter="subscription",
                    remedy=f"Known are: {', '.join(known) or 'none; add [subscriptions.<name>]'}.",
                )
            )


def _narrowed(order: Order) -> Selection:
    return Selection(
        subscription=order.subscription, kind=order.kind, since=order.since, until=order.until, ids=order.ids
    )


def _done(event: str, request: Request, order: Order, done: Again) -> Response:
    if not order.dry_run:
        _log.info(event, deliveries=done.deliveries, by=name_of_key(request))
    return json_answer({**done._asdict(), "dry_run": order.dry_run})


def _place(after: str | None) -> Place:
    if after is None:
        return Place()
    number, _, subscription = after.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 - digits of a bigint
        raise RefusedError(
            problem(
                422,
                "bad_place",
                "`after` is no place in the list.",
                parameter="after",
                remedy="Take `next` of the page before.",
            )
        )
    return Place(int(number), subscription)


def _unknown() -> Response:
    return problem(
        404,
        "unknown_notification",
        "No notification has this id.",
        parameter="notification_id",
        remedy="`leadtrace webhooks list` shows the ids.",
    )


def _say_all() -> Response:
    return problem(
        422,
        "selection_missing",
        "Nothing says which deliveries are meant.",
        remedy="Name subscription, kind, since, until or ids, or say `all`.",
    )
