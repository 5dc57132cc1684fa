"""Who may read: anybody on this machine in embedded mode, otherwise who shows a key of scope `read`.

A key is shown itself, or by the session that a browser traded it for.
"""

import ipaddress

from fastapi import Request

from leadtrace.runtime.key_ring import Key, KeysNotReadError, Scope
from leadtrace_api.problems import KeyRequiredError, ProblemError, ScopeMissingError, UnavailableError
from leadtrace_api.room import InRoom, Room
from leadtrace_api.session.cookie import shown_session
from leadtrace_api.session.token import Session

_FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip")
_LOCAL_NAMES = {"localhost"}
LOCAL_ONLY = "Only requests of this machine, in embedded mode, are answered without one."


async def may_read(request: Request, room: InRoom) -> None:
    """Let the request pass or refuse it.

    Raises:
        KeyRequiredError: it needs a key and shows none that is live.
        ScopeMissingError: its key is for something else.
        UnavailableError: this process could not read the keys yet.
    """
    if room.settings.embedded and _is_local(request):
        return
    _require(Scope.READ, request, room, what="Reading", rule=LOCAL_ONLY)


def may_still_read(request: Request, room: Room) -> bool:
    """Whether the request would be let pass now; while the keys cannot be read, it is as it was."""
    if room.settings.embedded and _is_local(request):
        return True
    try:
        key = shown_key(request, room)
    except UnavailableError:
        return True
    return key is not None and Scope.READ in key.scopes


async def may_administer(request: Request, room: InRoom) -> None:
    """Let the request pass or refuse it; being on this machine is not enough.

    Raises:
        KeyRequiredError: it shows no key that is live.
        ScopeMissingError: its key is for something else.
        UnavailableError: this process could not read the keys yet.
    """
    _require(Scope.ADMIN, request, room, what="This route", rule="It is answered to keys of scope admin.")


def shown_key(request: Request, room: Room) -> Key | None:
    """The live key that the request shows, or that its session stands for; a header goes before a cookie.

    Raises:
        UnavailableError: this process could not read the keys yet.
    """
    if not shows_header(request):
        session = session_shown(request, room)
        return None if session is None else session.key
    try:
        # Header text is Latin-1 by HTTP's rules, whatever bytes the client sent.
        return room.keys.shown(request.headers["authorization"].encode("latin-1"))
    except KeysNotReadError:
        raise _not_read() from None


def session_shown(request: Request, room: Room) -> Session | None:
    """The live session of the request's cookie, if it has one.

    Raises:
        UnavailableError: this process could not read the keys yet.
    """
    try:
        return shown_session(request, room)
    except KeysNotReadError:
        raise _not_read() from None


def shows_header(request: Request) -> bool:
    """Whether the request says by itself who it is of, so that its cookie does not count."""
    return "authorization" in request.headers


def shows_read_key(request: Request, room: Room, *, rule: str) -> Key:
    """The live key of scope `read` that the header shows; a session is none.

    Raises:
        KeyRequiredError: it shows no key that is live.
        ScopeMissingError: its key is for something else.
        UnavailableError: this process could not read the keys yet.
    """
    if not shows_header(request):
        raise key_required(Scope.READ, what="A session", rule=rule)
    return _require(Scope.READ, request, room, what="A session", rule=rule)


def key_required(scope: Scope, *, what: str, rule: str) -> ProblemError:
    """What is said to who shows no key."""
    return KeyRequiredError(
        f"{what} needs a key.",
        rule=rule,
        remedy=f"Send `Authorization: Bearer <key>` with a key of `{_command(scope)}`.",
    )


def scope_missing(scope: Scope, *, what: str) -> ProblemError:
    """What is said to who shows a key for something else."""
    return ScopeMissingError(
        "The key is live, but it does not allow this.",
        rule=f"{what} needs a key of scope {scope.value}.",
        remedy=f"Make one with `{_command(scope)}`.",
    )


def _require(scope: Scope, request: Request, room: Room, *, what: str, rule: str) -> Key:
    key = shown_key(request, room)
    if key is None:
        raise key_required(scope, what=what, rule=rule)
    if scope not in key.scopes:
        raise scope_missing(scope, what=what)
    return key


def _not_read() -> ProblemError:
    return UnavailableError("The API keys could not be read yet; try again shortly.")


def _command(scope: Scope) -> str:
    return f"leadtrace keys create --scope {scope.value}"


def _is_local(request: Request) -> bool:
    # A proxy makes every client look local, and a foreign page may name this machine by its own host name.
    proxied = any(name in request.headers for name in _FORWARDING)
    client = request.client.host if request.client is not None else ""
    return not proxied and _is_loopback(client) and _is_loopback(request.url.hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return host in _LOCAL_NAMES or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
