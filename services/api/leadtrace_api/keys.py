"""Who may read: anybody on this machine in embedded mode, otherwise who shows the configured key."""

import hmac
import ipaddress

from fastapi import Request

from leadtrace_api.problems import KeyRequiredError
from leadtrace_api.room import InRoom

_FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip")
_LOCAL_NAMES = {"localhost"}


async def may_read(request: Request, room: InRoom) -> None:
    """Let the request pass or refuse it.

    Raises:
        KeyRequiredError: it needs a key and shows none, or another.
    """
    if room.settings.embedded and _is_local(request):
        return
    key = room.settings.bootstrap_key
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    matches = key is not None and hmac.compare_digest(shown.strip().encode(), key.get_secret_value().encode())
    if scheme.lower() != "bearer" or not matches:
        raise KeyRequiredError(
            "Reading from another machine needs a key.",
            rule="Only requests of this machine, in embedded mode, are answered without one.",
            remedy="Send `Authorization: Bearer <key>` with the key that LEADTRACE_KEYS__BOOTSTRAP sets.",
        )


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
