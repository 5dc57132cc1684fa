"""Mautic's adapter around the events: signature, batches, tests of the hook, identity."""

import base64
import hmac
from typing import Any

import msgspec
import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, Mapped, Refused
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest
from tests.unit.ingest.deliveries import RECEIVED_AT, results_of
from tests.unit.ingest.mautic_items import (
    CONTACT,
    HIT,
    SECRET,
    STAT,
    SUBMISSION,
    body,
    event,
    result_of,
    shipped_adapter,
)

BODY = b'{"mautic.page_on_hit":[{"hit":{"id":1,"lead":{"id":2}},"timestamp":"2026-01-02T03:04:05+00:00"}]}'
# Made with: openssl dgst -sha256 -hmac "a secret of Mautic's form" -binary | base64
SIGNED = b"qJIgwppE4m9X8SdF0PxfJZA0ALVlAS1R0vQN/Ix8khY="


def signature(content: bytes, secret: str = SECRET) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), content, "sha256"))


def verify(content: bytes, given: bytes | None) -> None:
    headers = {} if given is None else {b"webhook-signature": given}
    shipped_adapter().verify(SignedRequest(b"POST", b"https://hooks.example/x", headers, content, 0))


class TestSignature:
    def test_the_known_answer(self) -> None:
        verify(BODY, SIGNED)

    def test_either_live_secret_will_do(self) -> None:
        verify(BODY, signature(BODY, "the next secret"))

    @pytest.mark.parametrize("given", [None, b"", b"AAAA", signature(BODY, "wrong"), SIGNED.lower()])
    def test_refuses_another(self, given: bytes | None) -> None:
        with pytest.raises(SignatureError) as refused:
            verify(BODY, given)
        assert SECRET not in f"{refused.value}{refused.value.remedy}"

    @pytest.mark.parametrize("content", [BODY + b"\n", BODY.replace(b":1,", b": 1,"), b" " + BODY])
    def test_any_change_of_the_raw_bytes_breaks_it(self, content: bytes) -> None:
        with pytest.raises(SignatureError):
            verify(content, SIGNED)


class TestBatches:
    def test_each_event_of_each_trigger_is_an_item(self) -> None:
        content = {
            "mautic.page_on_hit": [event(hit=HIT), event(hit=HIT | {"id": 502}), 5],
            "mautic.form_on_submit": [event(submission=SUBMISSION)],
            "mautic.unheard_of": [],
        }
        results = results_of(shipped_adapter(), msgspec.json.encode(content))
        assert [type(one) for one in results] == [Mapped, Mapped, Refused, Mapped]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", Reason.NOT_JSON),
            (b"[]", Reason.INVALID_ITEM),
            (b'"x"', Reason.INVALID_ITEM),
            (b'{"a":', Reason.NOT_JSON),
        ],
    )
    def test_what_cannot_be_split_is_one_item(self, content: bytes, reason: Reason) -> None:
        (result,) = results_of(shipped_adapter(), content)
        assert isinstance(result, Refused)
        assert result.reason is reason

    def test_a_trigger_that_holds_neither_is_refused(self) -> None:
        (result,) = results_of(shipped_adapter(), b'{"mautic.page_on_hit": 5}')
        assert isinstance(result, Refused)
        assert result.reason is Reason.INVALID_ITEM

    @pytest.mark.parametrize("nested", [False, True])
    def test_the_button_that_tests_a_hook_tells_of_nobody(self, nested: bool) -> None:
        """It posts an invented contact, in an object where real deliveries have a list."""
        invented: dict[str, Any] = {"contact": CONTACT}
        if nested:
            invented = {"mautic.lead_post_save_new": [invented]}
        content = {"mautic.lead_post_save_new": invented, "timestamp": "2026-01-02T03:04:05+00:00"}
        (result,) = results_of(shipped_adapter(), msgspec.json.encode(content))
        assert isinstance(result, Ignored)
        assert result.reason is Reason.TEST_DELIVERY

    def test_a_test_of_no_trigger_has_no_items(self) -> None:
        assert results_of(shipped_adapter(), b'{"timestamp":"2026-01-02T03:04:05+00:00"}') == []


class TestIdentity:
    """Mautic signs no moment: what is replayed must be told by what it is."""

    @pytest.mark.parametrize(
        ("trigger", "one"),
        [
            ("page_on_hit", event(hit=HIT)),
            ("form_on_submit", event(submission=SUBMISSION)),
            ("email_on_open", event(stat=STAT)),
            ("lead_post_save_update", event(contact=CONTACT)),
        ],
    )
    def test_a_repetition_is_the_same_item(self, trigger: str, one: dict[str, Any]) -> None:
        again = dict(reversed(one.items()))
        assert result_of(trigger, again) == result_of(trigger, one)
        first, second = results_of(shipped_adapter(), body(trigger, one, again))
        assert first.identity == second.identity

    def test_a_second_hook_queues_the_same_hit_later(self) -> None:
        later = event(hit=HIT) | {"timestamp": "2026-01-02T03:04:09+00:00"}
        assert result_of("page_on_hit", later).identity == result_of("page_on_hit", event(hit=HIT)).identity

    def test_another_opening_of_an_email_is_another_item(self) -> None:
        again = event(stat=STAT | {"openCount": 2})
        assert (
            result_of("email_on_open", again).identity
            != result_of("email_on_open", event(stat=STAT)).identity
        )

    def test_the_same_content_of_another_trigger_is_another_item(self) -> None:
        one = event(contact=CONTACT)
        assert (
            result_of("lead_post_save_new", one).identity != result_of("lead_post_save_update", one).identity
        )


def test_without_a_moment_it_counts_from_its_receipt() -> None:
    result = result_of("lead_post_save_new", {"contact": CONTACT})
    assert isinstance(result, Mapped)
    assert result.drafts[0].time == RECEIVED_AT
