"""A key as a bearer token."""

from collections.abc import Mapping, Sequence

from leadtrace_ingest.senders.auth.proof import require
from leadtrace_ingest.senders.compare import matches
from leadtrace_ingest.senders.sender import SignedRequest

_SCHEME = b"bearer"


class Bearer:
    """Checks a bearer token against the live ones."""

    def __init__(self, tokens: Sequence[bytes]) -> None:
        self._tokens = tuple(tokens)

    def check(self, request: SignedRequest) -> None:
        """Let a request pass that bears a live token.

        Raises:
            SignatureError: it is missing or wrong.
        """
        given = token(request.headers)
        require(
            given is not None and matches(given, self._tokens),
            "Authorization: the key is missing or wrong.",
            "Send `Authorization: Bearer <key>` with one of the sender's live keys.",
        )


def token(headers: Mapping[bytes, bytes]) -> bytes | None:
    """The token of a Bearer `Authorization` header; None if there is none."""
    scheme, _, given = headers.get(b"authorization", b"").strip().partition(b" ")
    return given.strip() if scheme.lower() == _SCHEME else None
