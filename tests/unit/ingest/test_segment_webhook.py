"""Segment's webhook destination: what its signature covers, and what it forwards."""

import hashlib
import hmac

import pytest

from leadtrace_ingest.senders.item import Refused
from leadtrace_ingest.senders.segment.webhook import SegmentWebhookAdapter
from leadtrace_ingest.senders.sender import SIGNATURE, SignatureError, SignedRequest
from tests.unit.ingest.deliveries import results_of, told
from tests.unit.ingest.segment_messages import SECRET, message, raw, webhook_adapter

ONE = raw(message("track", event="Video Played"))
OTHER = raw(message("page", name="Prices", messageId="m2"))
BATCH = b"[" + ONE + b" ,\n" + OTHER + b"]"
# HMAC-SHA1 with the key and the text of RFC 2202, test case 2.
RFC_KEY, RFC_TEXT = b"Jefe", b"what do ya want for nothing?"
RFC_DIGEST = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"


def signed(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def verified(
    body: bytes, signature: str | None, adapter: SegmentWebhookAdapter | None = None, route: str = ""
) -> str:
    headers = {} if signature is None else {b"x-signature": signature.encode()}
    request = SignedRequest(b"POST", b"https://x/v1/webhooks/f", headers, body, 0, route)
    return (adapter or webhook_adapter()).verify(request)[SIGNATURE]


def test_a_published_vector() -> None:
    adapter = SegmentWebhookAdapter("f", [RFC_KEY], [], webhook_adapter()._rules.mapping)
    assert verified(RFC_TEXT, RFC_DIGEST, adapter) == "full"


@pytest.mark.parametrize("secret", [SECRET, "another live secret"])
def test_each_live_secret_signs_a_message(secret: str) -> None:
    assert verified(ONE, signed(ONE, secret)) == "full"
    assert verified(ONE, signed(ONE, secret).upper()) == "full"


def test_of_a_batch_the_first_message_is_signed_and_that_is_recorded() -> None:
    assert verified(BATCH, signed(ONE)) == "partial"
    assert verified(b" [" + ONE + b"]", signed(ONE)) == "partial"


ERASURE = raw(message("delete", messageId="m3"))


@pytest.mark.parametrize(
    ("path", "signature", "kinds"),
    [
        ((), "partial", ["lead.erased", "not_entitled"]),
        ((), "full", ["lead.erased", "lead.erased"]),
        (("in the path",), "partial", ["lead.erased", "lead.erased"]),
    ],
)
def test_who_could_append_a_message_cannot_have_anybody_erased(
    path: tuple[str, ...], signature: str, kinds: list[str]
) -> None:
    first = raw(message("delete", userId="u2"))
    body = b"[" + first + b"," + ERASURE + b"]"
    results = results_of(webhook_adapter(*path), body, headers={SIGNATURE: signature})
    assert [one.reason if isinstance(one, Refused) else told(one)[0][0] for one in results] == kinds


def test_a_batch_that_is_signed_as_a_whole_is_better() -> None:
    assert verified(BATCH, signed(BATCH)) == "full"


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (ONE, None),
        (ONE, ""),
        (ONE, "0" * 40),
        (ONE, signed(ONE, "another secret")),
        (ONE + b" ", signed(ONE)),
        (ONE.replace(b"u1", b"u2"), signed(ONE)),
        (BATCH, signed(OTHER)),
        (b"[" + OTHER + b"," + ONE + b"]", signed(ONE)),
        (b"[]", signed(ONE)),
        (b"not json", signed(ONE)),
        (b"[" * 100_000, signed(ONE)),
    ],
)
def test_anything_else_is_refused(body: bytes, signature: str | None) -> None:
    with pytest.raises(SignatureError, match="x-signature"):
        verified(body, signature)


def test_with_a_path_secret_both_are_needed() -> None:
    adapter = webhook_adapter("first path", "second path")
    assert verified(ONE, signed(ONE), adapter, "second path") == "full"
    for route in ("", "wrong"):
        with pytest.raises(SignatureError, match="secret segment"):
            verified(ONE, signed(ONE), adapter, route)
    with pytest.raises(SignatureError, match="x-signature"):
        verified(ONE, None, adapter, "first path")


def test_what_is_forwarded_means_what_it_means_at_the_api() -> None:
    first, second = results_of(webhook_adapter(), BATCH)
    assert told(first) == [("touchpoint.recorded", "user/u1", {"signal": "video_played"})]
    assert told(second) == [("touchpoint.recorded", "user/u1", {"page": "Prices"})]


def test_a_secret_of_the_path_is_never_kept() -> None:
    adapter = webhook_adapter("first path")
    request = SignedRequest(b"POST", b"", {b"x-signature": signed(ONE).encode()}, ONE, 0, "first path")
    assert dict(adapter.verify(request)) == {SIGNATURE: "full"}
