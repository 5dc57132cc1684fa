"""An HMAC of the body in a header, hex or base64, with or without the name of the hash in front."""

import base64
import hmac
from collections.abc import Sequence

from leadtrace_ingest.senders.auth.proof import require
from leadtrace_ingest.senders.compare import matches
from leadtrace_ingest.senders.sender import SignedRequest


class BodyHmac:
    """Checks the HMAC of the raw body; `header` is in lower case, `digest` as hashlib names it."""

    def __init__(self, header: bytes, secrets: Sequence[bytes], *, digest: str = "sha256") -> None:
        self._header = header
        self._secrets = tuple(secrets)
        self._digest = digest

    def check(self, request: SignedRequest) -> None:
        """Let a request pass that any live secret signed.

        Raises:
            SignatureError: the signature is missing or wrong.
        """
        name = self._header.decode()
        given = request.headers.get(self._header, b"").strip()
        given = given.removeprefix(self._digest.encode() + b"=")
        require(bool(given), f"{name} is missing.", "Have the sender sign the body.")
        digests = [hmac.digest(secret, request.body, self._digest) for secret in self._secrets]
        expected = [form for one in digests for form in (one.hex().encode(), base64.b64encode(one))]
        # Hex may come in capitals; base64 must not be changed.
        good = [matches(given, expected), matches(given.lower(), expected)]
        require(any(good), f"{name} does not match the body.", "Check the sender's `secrets`.")
