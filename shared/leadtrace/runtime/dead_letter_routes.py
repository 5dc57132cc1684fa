"""Admin routes of every service that reads topics: its dead letters listed, read again, dropped."""

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
from leadtrace.runtime.dead_letter_office import DeadLetterOffice
from leadtrace.runtime.problem import problem
from leadtrace.store.dead_letter_box import Choice

_PATH = "/v1/admin/dead-letters"
_LONGEST_PAGE = 500


class _ListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    topic: PlainText | None = None
    after: UUID | None = None
    limit: int = 50


class _Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    topic: PlainText | None = None
    ids: tuple[UUID, ...] | None = None
    dry_run: bool = False
    why: PlainText = ""

    def choice(self) -> Choice:
        """Which letters are meant."""
        return Choice(self.topic, self.ids)


def dead_letter_routes(office: DeadLetterOffice, authorize: Authorize) -> list[Route]:
    """`GET /v1/admin/dead-letters`, and below it `POST …/replay` and `POST …/drop`.

    What is meant is named by `topic` or `ids`; neither means all of the service.
    """

    async def listed(request: Request) -> Response:
        asked = parameters_of(request, _ListQuery)
        choice = Choice(asked.topic)
        limit = max(1, min(asked.limit, _LONGEST_PAGE))
        letters = await office.page(choice, asked.after, limit)
        following = letters[-1].dead_letter_id if len(letters) == limit else None
        counts = await office.counts(choice)
        return json_answer({"counts": counts, "letters": letters, "next": following})

    async def replay(request: Request) -> Response:
        asked = await body_of(request, _Chosen)
        by = name_of_key(request)
        return json_answer(await office.replay(asked.choice(), by=by, dry_run=asked.dry_run))

    async def drop(request: Request) -> Response:
        asked = await body_of(request, _Chosen)
        why = asked.why.strip()
        if not why:
            raise RefusedError(_no_reason())
        if asked.dry_run:
            return json_answer({"dropped": sum(one.letters for one in await office.counts(asked.choice()))})
        dropped = await office.drop(asked.choice(), by=name_of_key(request), why=why)
        return json_answer({"dropped": dropped})

    return [
        Route(_PATH, guarded(listed, authorize), methods=["GET"]),
        Route(f"{_PATH}/replay", guarded(replay, authorize), methods=["POST"]),
        Route(f"{_PATH}/drop", guarded(drop, authorize), methods=["POST"]),
    ]


def _no_reason() -> Response:
    return problem(
        422,
        "reason_missing",
        "What is dropped is never read; somebody will ask why.",
        parameter="why",
        remedy="Say it in `why`.",
    )
