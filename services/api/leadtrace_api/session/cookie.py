"""The cookie of a session: which one a request may show, and how it is set and taken back."""

from typing import Final

from fastapi import Request, Response

from leadtrace_api.room import Room
from leadtrace_api.session.token import LASTS, PURPOSE, Session, session_of

_NAME: Final = "leadtrace_session"
# Browsers take a cookie of such a name from this very host only, over https, for every path.
_HOST_PREFIX: Final = "__Host-"
_READING: Final = {"GET", "HEAD"}
# What a browser says of a request of the page itself, or of an address that somebody typed.
_OWN: Final = {None, "same-origin", "none"}


def shown_session(request: Request, room: Room) -> Session | None:
    """The session that the request shows, if it reads and no foreign page sent it.

    Raises:
        KeysNotReadError: the database could not be asked for the keys yet.
    """
    text = request.cookies.get(_name(request))
    if text is None or request.method not in _READING or request.headers.get("sec-fetch-site") not in _OWN:
        return None
    return session_of(text, room.keys, room.vault.derived(PURPOSE), room.clock.now())


def put(request: Request, answer: Response, text: str) -> None:
    """Have the browser keep the session; no script may read it, and no other site's page sends it."""
    answer.set_cookie(
        _name(request),
        text,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=_over_https(request),
        httponly=True,
        samesite="strict",
    )


def take_back(request: Request, answer: Response) -> None:
    """Have the browser forget it."""
    answer.delete_cookie(
        _name(request), path="/", secure=_over_https(request), httponly=True, samesite="strict"
    )


def _name(request: Request) -> str:
    return f"{_HOST_PREFIX}{_NAME}" if _over_https(request) else _NAME


def _over_https(request: Request) -> bool:
    # What a client claims here changes its own cookie only.
    forwarded = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    return "https" in {request.url.scheme, forwarded.lower()}
