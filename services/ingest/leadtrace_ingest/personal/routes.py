"""`/v1/admin/master-keys`: which are in use; `POST …/rotate` brings everything under the current one."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.admin import Authorize, RefusedError, guarded, json_answer, name_of_key
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.problem import problem
from leadtrace.runtime.vault.wrapper import KeyWrapper, UnknownMasterKeyError
from leadtrace.store.connection import Pool
from leadtrace_ingest.personal.master_keys import check_master_keys, master_keys_in_use
from leadtrace_ingest.personal.rotation import rotate

_PATH = "/v1/admin/master-keys"

_log = get_logger("leadtrace.ingest.personal")


def master_key_routes(pool: Pool, wrapper: KeyWrapper, authorize: Authorize) -> list[Route]:
    """Both, behind an admin key."""

    async def show(_: Request) -> Response:
        async with pool.acquire() as connection:
            in_use = await master_keys_in_use(connection)
        return json_answer({"current": wrapper.current.hex(), "in_use": [one.hex() for one in in_use]})

    async def rotate_all(request: Request) -> Response:
        try:
            async with pool.acquire() as connection:
                await check_master_keys(connection, wrapper)
            done = await rotate(pool, wrapper)
        except UnknownMasterKeyError as error:
            raise RefusedError(
                problem(409, "unknown_master_key", f"{error}.", remedy="Put it back, second, and restart.")
            ) from None
        _log.info("master_keys.rotated", **done._asdict(), by=name_of_key(request))
        return json_answer({"current": wrapper.current.hex(), **done._asdict()})

    return [
        Route(_PATH, guarded(show, authorize), methods=["GET"]),
        Route(f"{_PATH}/rotate", guarded(rotate_all, authorize), methods=["POST"]),
    ]
