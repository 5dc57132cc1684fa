"""`/v1/admin/keys`: the key itself is in the one answer that makes it, and nowhere else."""

import secrets
from collections.abc import Awaitable, Callable, Collection
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
)
from leadtrace.runtime.clock import Ids
from leadtrace.runtime.key_ring import KEY_PREFIX, Scope, digest_of
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.problem import problem
from leadtrace.store.connection import Pool
from leadtrace_ingest.keys.store import add_key, list_keys, revoke_key

_PATH = "/v1/admin/keys"
_RANDOM_BYTES = 32

_log = get_logger("leadtrace.ingest.keys")


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a key is to allow; a key of scope `ingest` posts as one sender."""

    scopes: Annotated[tuple[Scope, ...], msgspec.Meta(min_length=1)]
    name: PlainText = ""
    sender: str | None = None


def key_routes(
    pool: Pool,
    ids: Ids,
    senders: Collection[str],
    authorize: Authorize,
    changed: Callable[[], Awaitable[None]],
) -> list[Route]:
    """`GET` lists, `POST` makes, `DELETE …/{id}` revokes; `changed` has this process know at once."""

    async def make(request: Request) -> Response:
        asked = await body_of(request, NewKey)
        _check_sender(asked, senders)
        key = KEY_PREFIX.decode() + secrets.token_urlsafe(_RANDOM_BYTES)
        key_id = ids.uuid7()
        async with pool.acquire() as connection:
            made = await add_key(
                connection,
                key_id,
                name=asked.name.strip() or str(key_id),
                scopes=sorted(set(asked.scopes)),
                sender=asked.sender,
                digest=digest_of(key.encode()),
            )
        await changed()
        _log.info("key.made", key_id=str(key_id), scopes=list(made.scopes), by=name_of_key(request))
        return json_answer({**msgspec.structs.asdict(made), "key": key}, status=201)

    async def listed(_: Request) -> Response:
        async with pool.acquire() as connection:
            return json_answer({"keys": await list_keys(connection)})

    async def revoke(request: Request) -> Response:
        key_id: UUID = request.path_params["key_id"]
        async with pool.acquire() as connection:
            revoked_at = await revoke_key(connection, key_id)
        if revoked_at is None:
            raise RefusedError(
                problem(
                    404,
                    "unknown_key",
                    "No key has this id.",
                    parameter="key_id",
                    remedy="`leadtrace keys list` shows the ids.",
                )
            )
        await changed()
        _log.info("key.revoked", key_id=str(key_id), by=name_of_key(request))
        return json_answer({"key_id": key_id, "revoked_at": revoked_at})

    return [
        Route(_PATH, guarded(make, authorize), methods=["POST"]),
        Route(_PATH, guarded(listed, authorize), methods=["GET"]),
        Route(f"{_PATH}/{{key_id:uuid}}", guarded(revoke, authorize), methods=["DELETE"]),
    ]


def _check_sender(asked: NewKey, senders: Collection[str]) -> None:
    """A key that ingests belongs to a sender; any other to none."""
    ingests = Scope.INGEST in asked.scopes
    if ingests and asked.sender not in senders:
        known = ", ".join(sorted(senders)) or "none is configured"
        raise RefusedError(
            problem(
                422,
                "sender_needed",
                "A key of scope ingest posts as one configured sender.",
                parameter="sender",
                remedy=f"Name one: {known}.",
            )
        )
    if asked.sender is not None and not ingests:
        raise RefusedError(
            problem(
                422,
                "sender_without_ingest",
                "Only a key of scope ingest belongs to a sender.",
                parameter="sender",
                remedy="Leave it out, or add the scope ingest.",
            )
        )
