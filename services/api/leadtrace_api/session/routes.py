"""`GET`, `POST` and `DELETE /v1/session`."""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response

from leadtrace.runtime.key_ring import Key, Scope
from leadtrace_api.keys import key_required, may_read, session_shown, shown_key, shows_header, shows_read_key
from leadtrace_api.parameters import only_known_parameters
from leadtrace_api.room import InRoom
from leadtrace_api.session import cookie
from leadtrace_api.session.schemas import EXAMPLE, Reader
from leadtrace_api.session.token import LASTS, PURPOSE, signed

router = APIRouter(dependencies=[Depends(only_known_parameters)])

_PATH: Final = "/v1/session"
_HEADER_ONLY: Final = "A session begins with the key itself, in the header `Authorization`."
_READER: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": EXAMPLE}}}}
_ENDED: dict[int | str, dict[str, Any]] = {204: {"description": "The browser keeps no session any more."}}


@router.get(_PATH, summary="Who reads, and until when", dependencies=[Depends(may_read)], responses=_READER)
async def reader(request: Request, room: InRoom) -> Reader:
    """Tells a page whether it reads by a session, by a key, or because it is on this machine."""
    session = None if shows_header(request) else session_shown(request, room)
    if session is not None:
        return _reader("session", session.key, session.ends_at)
    key = shown_key(request, room)
    if key is None or Scope.READ not in key.scopes:
        return Reader(by="machine", name=None, scopes=(Scope.READ.value,), ends_at=None)
    return _reader("key", key, None)


@router.post(_PATH, summary="Trade a key for a cookie", responses=_READER)
async def begin(request: Request, answer: Response, room: InRoom) -> Reader:
    """Takes the key once, and sets a cookie that reads (`GET`) for 12 hours, or until the key is revoked.

    No script of a page can read the cookie, and no page of another site can send it.
    """
    key = shows_read_key(request, room, rule=_HEADER_ONLY)
    ends_at = (room.clock.now() + LASTS).replace(microsecond=0)
    try:
        text = signed(key, room.keys, room.vault.derived(PURPOSE), ends_at)
    except LookupError:
        # Revoked between the two looks.
        raise key_required(Scope.READ, what="A session", rule=_HEADER_ONLY) from None
    cookie.put(request, answer, text)
    return _reader("session", key, ends_at)


@router.delete(_PATH, summary="End the session", status_code=204, responses=_ENDED)
async def end(request: Request) -> Response:
    """Has the browser forget the cookie. A copy of it would end with its key, or when its time is up."""
    answer = Response(status_code=204)
    cookie.take_back(request, answer)
    return answer


def _reader(by: str, key: Key, ends_at: datetime | None) -> Reader:
    allowed = tuple(sorted(key.scopes & {Scope.READ, Scope.READ_PERSONAL}))
    return Reader.model_validate({"by": by, "name": key.name, "scopes": allowed, "ends_at": ends_at})
