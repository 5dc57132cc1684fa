"""Who may import in a sender's name: whoever has an ingest key made for it, and every admin."""

from starlette.requests import Request
from starlette.responses import Response

from leadtrace.runtime.admin import Authorize, bearer
from leadtrace.runtime.key_ring import KeyRing, KeysNotReadError, Scope


def importers(keys: KeyRing) -> Authorize:
    """A check that lets a key of scope `ingest` pass on its own sender's route, and one of scope `admin`."""
    admin = bearer(keys)

    def authorize(request: Request) -> Response | None:
        return None if _is_senders_own(keys, request) else admin(request)

    return authorize


def _is_senders_own(keys: KeyRing, request: Request) -> bool:
    try:
        # Header text is Latin-1 by HTTP's rules, whatever bytes the client sent.
        key = keys.shown(request.headers.get("authorization", "").encode("latin-1"))
    except KeysNotReadError:
        return False
    return key is not None and Scope.INGEST in key.scopes and key.sender == request.path_params["sender"]
