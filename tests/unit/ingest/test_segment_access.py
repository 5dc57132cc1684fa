"""Who may post: write keys in header and body, and pages of other origins."""

import gzip
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace_ingest.senders.sender import ROUTE, Accepted, SignatureError, SignedRequest
from leadtrace_ingest.settings import configured_senders
from tests.unit.ingest.segment_messages import LARGEST, WRITE_KEY, api_adapter, basic, message, raw

TRACK = message("track", event="E")
_ID = UUID(int=7)
ADAPTER = api_adapter("the next key", WRITE_KEY)


def request(
    body: bytes = b"{}", headers: Mapping[str, str] | None = None, route: str = "batch"
) -> SignedRequest:
    given = {name.lower().encode(): value.encode() for name, value in (headers or {}).items()}
    return SignedRequest(b"POST", b"https://acme.example/v1/batch", given, body, 0, route)


def passes(body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> bool:
    try:
        ADAPTER.verify(request(body, headers))
    except SignatureError:
        return False
    return True


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(SignatureError, match="write key is missing or wrong") as refused:
        ADAPTER.verify(request())
    assert "HTTP Basic" in refused.value.remedy


class TestHeader:
    @pytest.mark.parametrize("key", [WRITE_KEY, "the next key"])
    def test_each_live_key_passes_as_user_and_as_token(self, key: str) -> None:
        assert passes(headers=basic(key))
        assert passes(headers={"Authorization": f"Bearer {key}"})

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            basic("another key"),
            basic(WRITE_KEY, "a password"),
            basic("", WRITE_KEY),
            {"Authorization": "Basic ???"},
            {"Authorization": f"Basic {WRITE_KEY}"},
            {"Authorization": "Bearer "},
            {"Authorization": f"Bearer {WRITE_KEY}x"},
            {"Authorization": WRITE_KEY},
        ],
    )
    def test_anything_else_does_not(self, headers: dict[str, str]) -> None:
        assert not passes(headers=headers)


class TestBody:
    @pytest.mark.parametrize(
        "body",
        [
            {"writeKey": WRITE_KEY, "batch": [TRACK]},
            TRACK | {"writeKey": WRITE_KEY},
            {"api_key": WRITE_KEY, "batch": []},
            {"token": WRITE_KEY, "event": "E"},
            {"event": "E", "properties": {"token": WRITE_KEY}},
            [{"properties": {"token": WRITE_KEY}}, {"api_key": "the next key"}],
        ],
    )
    def test_the_key_may_stand_in_the_body(self, body: object) -> None:
        assert passes(raw(body))
        assert passes(gzip.compress(raw(body)))
        assert passes(raw(body), basic("an oauth token or whatever"))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"not json",
            b"[]",
            b'{"writeKey":7}',
            b'{"writeKey":""}',
            b'{"writeKey":"wrong"}',
            raw([{"api_key": WRITE_KEY}, {"api_key": "wrong"}]),
            raw([{"api_key": WRITE_KEY}, {}]),
            gzip.compress(b'{"writeKey":"wrong"}', mtime=0),
            gzip.compress(raw({"writeKey": WRITE_KEY}), mtime=0)[:-9],
            b"\x1f\x8bno gzip",
            b'{"a":' + b"[" * 100_000,
        ],
    )
    def test_anything_else_does_not(self, body: bytes) -> None:
        assert not passes(body)

    def test_a_bomb_is_never_unpacked(self) -> None:
        bomb = gzip.compress(raw({"writeKey": WRITE_KEY, "x": "0" * LARGEST}))
        assert len(bomb) < 10_000
        assert not passes(bomb)

    def test_the_key_is_not_kept(self) -> None:
        body = raw({"writeKey": WRITE_KEY, "batch": [TRACK, {"properties": {"token": "the next key"}}]})
        kept = ADAPTER.redact(body)
        assert kept == raw(
            {"writeKey": "[write key]", "batch": [TRACK, {"properties": {"token": "[write key]"}}]}
        )

    def test_a_key_changes_neither_items_nor_identity(self) -> None:
        from_one, from_other = (
            ADAPTER.redact(raw(TRACK | {"writeKey": key})) for key in (WRITE_KEY, "the next key")
        )
        assert from_one == from_other


def test_a_known_route_is_kept_and_another_is_not() -> None:
    assert ADAPTER.verify(request(headers=basic(WRITE_KEY), route="track")) == {ROUTE: "track"}
    assert ADAPTER.verify(request(headers=basic(WRITE_KEY), route="who knows")) == {}


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "route"),
        [
            ("/v1/track", "track"),
            ("/v1/identify/", "identify"),
            ("/v1/t", "track"),
            ("/v1/p", "page"),
            ("/v1/b", "batch"),
            ("/v1/batch", "batch"),
            ("/v1/import/", "import"),
            ("/batch/", "capture"),
            ("/capture/", "capture"),
            ("/e/", "capture"),
            ("/i/v0/e/", "capture"),
        ],
    )
    def test_clients_find_the_paths_that_they_call(self, path: str, route: str) -> None:
        assert ADAPTER.paths[path] == route

    def test_the_answer_is_the_one_that_all_clients_take_for_success(self) -> None:
        answer = ADAPTER.accepted(Accepted(intake_id=_ID, items=1))
        assert (answer.status, answer.body) == (200, b'{"success":true}')
        assert (b"access-control-allow-origin", b"*") in ADAPTER.answer_headers


class TestPreflight:
    def allowed(self, wanted: bytes) -> bytes:
        answer = ADAPTER.options({b"access-control-request-headers": wanted})
        assert answer is not None
        assert answer.status == 200
        headers = dict(answer.headers)
        assert headers[b"access-control-allow-methods"] == b"POST, OPTIONS"
        return headers[b"access-control-allow-headers"]

    def test_a_client_may_send_the_headers_that_it_asks_for(self) -> None:
        assert self.allowed(b"authorization,content-type,anonymousid") == (
            b"authorization,content-type,anonymousid"
        )

    @pytest.mark.parametrize("wanted", [b"", b"a\r\nset-cookie: x", b"x" * 600, "ü".encode()])
    def test_what_is_no_list_of_names_is_not_repeated(self, wanted: bytes) -> None:
        assert self.allowed(wanted).startswith(b"authorization, content-type")


class TestConfiguration:
    def senders(self, **table: Any) -> None:
        configured_senders(Settings.model_validate({"senders": {"website": table}}))

    def test_both_kinds_are_made_of_their_tables(self) -> None:
        self.senders(kind="segment", secrets=["a key"])
        self.senders(kind="segment_webhook", secrets=["a secret"], path_secrets=["a path"])

    @pytest.mark.parametrize("kind", ["segment", "segment_webhook"])
    def test_a_sender_without_a_secret_is_refused(self, kind: str) -> None:
        with pytest.raises(SettingsError, match=r"senders\.website\.secrets"):
            self.senders(kind=kind)
