"""A sender that shows an API key of scope `ingest` needs no other proof."""

from collections.abc import Mapping

from leadtrace.runtime.key_ring import KeyRing, KeysNotReadError, Scope
from leadtrace_ingest.door.refusal import keys_not_read
from leadtrace_ingest.door.routes import Candidate, Found


def candidate_of_key(keys: KeyRing, found: Found, headers: Mapping[bytes, bytes]) -> Candidate | None:
    """The candidate whose key the request shows; None sends it on to the vendor's own rules.

    A path below `/v1/webhooks/<sender>` may be a secret that only the vendor's rules tell from a name.

    Raises:
        RefusedRequestError: it shows what looks like a key before this door could read any.
    """
    try:
        key = keys.shown(headers.get(b"authorization"))
    except KeysNotReadError:
        raise keys_not_read() from None
    if key is None or Scope.INGEST not in key.scopes:
        return None
    return next(
        (one for one in found.candidates if one.sender.name == key.sender and (found.named or not one.route)),
        None,
    )
