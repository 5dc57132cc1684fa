"""Standard Webhooks: known answers of the reference library, unmodified, and what else must be refused."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks.webhooks import Webhook

from leadtrace_ingest.senders.auth.standard_webhooks import StandardWebhooks
from leadtrace_ingest.senders.events.map import EventRules
from leadtrace_ingest.senders.item import Mapped
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest
from leadtrace_ingest.senders.standard_webhooks.adapter import StandardWebhooksAdapter
from tests.unit.ingest.deliveries import results_of
from tests.unit.ingest.event_items import BATCH, JSON, STRUCTURED, cloud_event, event
from tests.unit.ingest.hubspot_items import raw

# The example of the specification, and what its reference implementations make of it.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1_614_265_330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_BYTES = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
PUBLIC = f"whpk_{base64.b64encode(PUBLIC_BYTES).decode()}"
ASYMMETRIC = "v1a," + base64.b64encode(KEY.sign(f"{ID}.{AT}.".encode() + BODY)).decode()


def signed_by_library(secret: str, body: bytes = BODY) -> str:
    signature: str = Webhook(secret).sign(ID, datetime.fromtimestamp(AT, UTC), body.decode())
    return signature


def check(
    signatures: str,
    *,
    secrets: tuple[str, ...] = (SECRET,),
    at: str = str(AT),
    now_s: float = AT,
    webhook_id: str = ID,
    body: bytes = BODY,
) -> None:
    headers = {
        b"webhook-id": webhook_id.encode(),
        b"webhook-timestamp": at.encode(),
        b"webhook-signature": signatures.encode(),
    }
    given = {name: value for name, value in headers.items() if value}
    request = SignedRequest(b"POST", b"", given, body, int(now_s * 1_000))
    StandardWebhooks([one.encode() for one in secrets]).check(request)


def test_the_library_gives_the_known_answer() -> None:
    assert signed_by_library(SECRET) == SIGNATURE


class TestAccepts:
    def test_the_known_answer(self) -> None:
        check(SIGNATURE)

    def test_the_second_of_two_live_secrets(self) -> None:
        check(SIGNATURE, secrets=(OTHER, SECRET))

    def test_any_signature_of_the_list(self) -> None:
        """A relay that rotates signs with both; only looking at the first is a known mistake."""
        check(f"{signed_by_library(OTHER)} v2,unknown {SIGNATURE}")

    def test_an_asymmetric_signature(self) -> None:
        check(ASYMMETRIC, secrets=(PUBLIC,))
        check(f"v1,AAAA {ASYMMETRIC}", secrets=(SECRET, PUBLIC))

    @pytest.mark.parametrize("drift_s", [-300, 300])
    def test_five_minutes_both_ways(self, drift_s: int) -> None:
        check(SIGNATURE, now_s=AT + drift_s)


class TestRefuses:
    @pytest.mark.parametrize(
        ("signatures", "changed"),
        [
            (SIGNATURE, {"body": BODY + b" "}),
            (SIGNATURE, {"body": b'{"test":2432232314}'}),
            (SIGNATURE, {"webhook_id": "msg_other"}),
            (SIGNATURE, {"at": str(AT + 1)}),
            (SIGNATURE, {"secrets": (OTHER,)}),
            (SIGNATURE, {"secrets": (PUBLIC,)}),
            (SIGNATURE.replace("v1,", "v1a,"), {"secrets": (SECRET, PUBLIC)}),
            (SIGNATURE.removeprefix("v1,"), {}),
            ("v1,", {}),
            ("v1,?", {}),
            (ASYMMETRIC, {"secrets": (PUBLIC,), "body": BODY + b" "}),
            (ASYMMETRIC.replace("v1a,", "v1,"), {"secrets": (SECRET, PUBLIC)}),
            ("v1a,?", {"secrets": (PUBLIC,)}),
        ],
    )
    def test_what_was_not_signed_so(self, signatures: str, changed: dict[str, object]) -> None:
        with pytest.raises(SignatureError, match="matches neither"):
            check(signatures, **changed)  # type: ignore[arg-type]

    @pytest.mark.parametrize("drift_s", [-301, 301])
    def test_stale_and_future(self, drift_s: int) -> None:
        with pytest.raises(SignatureError, match="300 s"):
            check(SIGNATURE, now_s=AT + drift_s)

    @pytest.mark.parametrize("at", ["soon", "-5", "1" * 13, "1e9", "\u0661\u0662"])
    def test_timestamps_that_are_none(self, at: str) -> None:
        with pytest.raises(SignatureError, match="webhook-timestamp"):
            check(SIGNATURE, at=at)

    @pytest.mark.parametrize("missing", ["webhook_id", "at"])
    def test_missing_parts(self, missing: str) -> None:
        with pytest.raises(SignatureError, match="is missing"):
            check(SIGNATURE, **{missing: ""})  # type: ignore[arg-type]
        with pytest.raises(SignatureError, match="is missing"):
            check("")


@pytest.mark.parametrize("content_type", [JSON, STRUCTURED, BATCH])
def test_a_relay_posts_what_an_events_sender_posts_and_hears_202(content_type: str) -> None:
    proof = StandardWebhooks([SECRET.encode()])
    adapter = StandardWebhooksAdapter("relay", proof, EventRules("relay", frozenset({"hubspot"})))
    given = cloud_event(source="relay")
    body = raw([given] if content_type == BATCH else given)
    (result,) = results_of(adapter, body, headers={"content-type": content_type})
    assert isinstance(result, Mapped)
    assert (adapter.validates, dict(adapter.paths)) == (False, {})
    assert b"webhook-signature" not in adapter.kept_headers
    (other,) = results_of(adapter, raw(event(source="relay")), headers={"content-type": JSON})
    assert other == result


@pytest.mark.parametrize("secret", ["whsec_", "whpk_", "whsec_====", "whsec_not base64"])
def test_a_secret_of_nothing_is_none(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        StandardWebhooks([secret.encode()])
