"""Senders of kind `events`: what they prove themselves with, the handshake, what their table must hold."""

import pytest

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace_ingest.senders.events.adapter import EventsAdapter
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest
from leadtrace_ingest.settings import configured_senders
from tests.unit.ingest.deliveries import delivery
from tests.unit.ingest.event_items import JSON, KEY, event, events_adapter
from tests.unit.ingest.hubspot_items import raw

SENDERS: dict[str, dict[str, object]] = {
    "app": {"kind": "events", "secrets": ["old key", KEY], "items_per_s": 2.5},
    "relay": {"kind": "standard_webhooks", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]},
}


def configured(**senders: object) -> EventsAdapter:
    settings = Settings.model_validate({"senders": {**SENDERS, **senders}})
    adapter = configured_senders(settings)["app"].adapter
    assert isinstance(adapter, EventsAdapter)
    return adapter


def asks(**headers: str) -> SignedRequest:
    given = {name.encode(): value.encode() for name, value in headers.items()}
    return SignedRequest(b"POST", b"https://hooks.example/v1/events", given, b"{}", 0)


@pytest.mark.parametrize("key", ["old key", KEY])
def test_each_live_key_opens(key: str) -> None:
    assert configured().verify(asks(authorization=f"Bearer {key}")) == {}


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer other", f"Basic {KEY}", KEY])
def test_nothing_else_does(given: str) -> None:
    with pytest.raises(SignatureError, match="key is missing or wrong"):
        configured().verify(asks(authorization=given))


def test_the_sources_of_all_other_senders_are_foreign() -> None:
    adapter = configured()
    for source, expected in (("relay/1", "foreign_source"), ("app", None), ("other", None)):
        given = delivery(raw(event(source=source)), headers={"content-type": JSON})
        (item,) = adapter.split(given)
        assert getattr(adapter.map_item(item, given), "reason", None) == expected


def test_without_a_secret_nobody_gets_in() -> None:
    adapter = configured(app={"kind": "events"})
    for given in ("", "Bearer ", "Bearer x"):
        with pytest.raises(SignatureError):
            adapter.verify(asks(authorization=given))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"relay": {"kind": "standard_webhooks"}}, "senders.relay.secrets"),
        ({"relay": {"kind": "standard_webhooks", "secrets": ["plain text"]}}, "senders.relay.secrets"),
    ],
)
def test_a_table_that_cannot_work_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        configured(**change)


class TestHandshake:
    def test_says_yes_to_the_origin_that_asks(self) -> None:
        answer = configured().options({b"webhook-request-origin": b"events.example.com"})
        assert answer is not None
        assert answer.status == 200
        assert dict(answer.headers) == {
            b"allow": b"POST",
            b"webhook-allowed-origin": b"events.example.com",
            b"webhook-allowed-rate": b"150",
        }
        unbounded = events_adapter().options({b"webhook-request-origin": b"a.b"})
        assert unbounded is not None
        assert dict(unbounded.headers)[b"webhook-allowed-rate"] == b"*"

    @pytest.mark.parametrize("origin", [None, b"", b"a b", b"a\r\nset-cookie: x", b"x" * 256, b"\xff"])
    def test_but_to_no_nonsense(self, origin: bytes | None) -> None:
        headers = {} if origin is None else {b"webhook-request-origin": origin}
        assert configured().options(headers) is None
