"""Write keys: as the user of Basic authentication, as a bearer token, or in the body; two may be live.

A write key is no secret where a browser holds it; it tells whose events these are, and it is not stored.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from leadtrace_ingest.senders.auth.basic import credentials
from leadtrace_ingest.senders.auth.bearer import token
from leadtrace_ingest.senders.auth.proof import require
from leadtrace_ingest.senders.compare import matches
from leadtrace_ingest.senders.sender import SignedRequest
from leadtrace_ingest.senders.unpack import GZIP_MAGIC, BrokenGzipError, UnpacksTooLargeError, gunzipped

_BLANK = b'"[write key]"'


class _Properties(msgspec.Struct, frozen=True, gc=False):
    token: str | None = None


class _Keyed(msgspec.Struct, frozen=True, gc=False):
    """Where a body, or one event of an array, may bear its key: Segment's word first, then PostHog's."""

    write_key: str | None = msgspec.field(default=None, name="writeKey")
    api_key: str | None = None
    token: str | None = None
    properties: _Properties | None = None

    def key(self) -> bytes:
        """The key; empty if there is none."""
        inner = self.properties.token if self.properties else None
        return (self.write_key or self.api_key or self.token or inner or "").encode()


_BODY = msgspec.json.Decoder(_Keyed | list[_Keyed])


class WriteKey:
    """Checks the write key of a request; `largest` bounds what a body is unpacked to."""

    def __init__(self, keys: Sequence[bytes], largest: int) -> None:
        self._keys = tuple(keys)
        self._largest = largest
        quoted = b"|".join(re.escape(msgspec.json.encode(key.decode())) for key in keys)
        # Only where it stands as the key: a key that is a common word is no reason to blank that word.
        self._placed = re.compile(rb'("(?:writeKey|api_key|token)"\s*:\s*)(?:' + quoted + rb")")

    def check(self, request: SignedRequest) -> None:
        """Let a request pass that bears a live key; every event of an array must bear one.

        Raises:
            SignatureError: it is missing or wrong.
        """
        if any(matches(given, self._keys) for given in _of_headers(request)):
            return
        found = self._of_body(request.body)
        require(
            bool(found) and all(matches(given, self._keys) for given in found),
            "The write key is missing or wrong.",
            "Send one of the sender's `secrets` as the user of HTTP Basic authentication with an empty "
            "password, or as `writeKey` (PostHog: `api_key`) in the body.",
        )

    def blanked(self, body: bytes) -> bytes:
        """The body without the keys."""
        return self._placed.sub(rb"\1" + _BLANK, body)

    def _of_body(self, body: bytes) -> list[bytes]:
        try:
            content = gunzipped(body, self._largest) if body.startswith(GZIP_MAGIC) else body
            read = _BODY.decode(content)
        except (
            BrokenGzipError,
            UnpacksTooLargeError,
            msgspec.DecodeError,
            UnicodeDecodeError,
            RecursionError,
        ):
            return []
        return [one.key() for one in read] if isinstance(read, list) else [read.key()]


def _of_headers(request: SignedRequest) -> Iterator[bytes]:
    user, _, password = (credentials(request.headers) or b"").partition(b":")
    if user and not password:
        yield user
    bearer = token(request.headers)
    if bearer:
        yield bearer
