"""HTTP Basic authentication."""

import base64
import binascii
from collections.abc import Mapping, Sequence

from leadtrace_ingest.senders.auth.proof import require
from leadtrace_ingest.senders.compare import matches
from leadtrace_ingest.senders.sender import SignedRequest

_SCHEME = b"basic"


class Basic:
    """Checks user name and password; one of two live passwords will do."""

    def __init__(self, username: str, passwords: Sequence[bytes]) -> None:
        self._expected = [b":".join((username.encode(), password)) for password in passwords]

    def check(self, request: SignedRequest) -> None:
        """Let a request pass that bears user name and a live password.

        Raises:
            SignatureError: they are missing or wrong.
        """
        given = credentials(request.headers)
        require(
            given is not None and matches(given, self._expected),
            "Authorization: the user name or the password is missing or wrong.",
            "Send HTTP Basic authentication with the sender's `username` and one of its `secrets`.",
        )


def credentials(headers: Mapping[bytes, bytes]) -> bytes | None:
    """`user:password` of a Basic `Authorization` header; None if there is none."""
    scheme, _, encoded = headers.get(b"authorization", b"").strip().partition(b" ")
    if scheme.lower() != _SCHEME:
        return None
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        return None
