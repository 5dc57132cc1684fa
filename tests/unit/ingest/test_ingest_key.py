"""An API key of scope ingest in place of a signature: whose path, whose key."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

import pytest

from leadtrace.runtime.key_ring import KeyRing, digest_of
from leadtrace.store.api_keys import StoredKey
from leadtrace_ingest.door.api_key import candidate_of_key
from leadtrace_ingest.door.refusal import RefusedRequestError
from leadtrace_ingest.door.routes import Routes
from leadtrace_ingest.senders.sender import Sender
from leadtrace_ingest.senders.webhook import WebhookAdapter


class Events(WebhookAdapter):
    """A vendor whose clients call paths of their own."""

    paths: Mapping[str, str] = MappingProxyType({"/v1/events": "events", "/v1/spend": "spend"})


def routes() -> Routes:
    """Two senders behind the same paths, and one that has none of its own."""
    adapters = {"web": Events("web", "m@1"), "app": Events("app", "m@1"), "crm": WebhookAdapter("crm", "m@1")}
    return Routes({name: Sender(name, 50, b"http://door", one) for name, one in adapters.items()})


def ring(sender: str | None, *scopes: str) -> KeyRing:
    """A ring with one key, `lt_a`."""
    keys = KeyRing("the first one")
    keys.replace([StoredKey(UUID(int=1), "n", scopes, sender, digest_of(b"lt_a"))])
    return keys


def found(keys: KeyRing, path: str, header: bytes = b"Bearer lt_a") -> tuple[str, str] | None:
    """Who posts, and by which route."""
    candidates = routes().find(path)
    assert candidates is not None
    one = candidate_of_key(keys, candidates, {b"authorization": header})
    return None if one is None else (one.sender.name, one.route)


@pytest.mark.parametrize("sender", ["web", "app"])
@pytest.mark.parametrize(("path", "route"), [("/v1/events", "events"), ("/v1/spend", "spend")])
def test_on_a_path_of_several_senders_the_key_says_which_it_is(sender: str, path: str, route: str) -> None:
    assert found(ring(sender, "ingest"), path) == (sender, route)


def test_on_the_path_of_another_sender_it_opens_nothing() -> None:
    assert found(ring("web", "ingest"), "/v1/webhooks/app") is None
    assert found(ring("crm", "ingest"), "/v1/events") is None
    assert found(ring("crm", "ingest"), "/v1/webhooks/crm") == ("crm", "")


def test_a_path_that_may_hold_a_secret_is_left_to_the_vendor() -> None:
    assert found(ring("crm", "ingest"), "/v1/webhooks/crm/secret") is None


@pytest.mark.parametrize("scopes", [("read",), ("admin",), ("read", "read:pii", "admin")])
def test_a_key_for_something_else_opens_nothing(scopes: tuple[str, ...]) -> None:
    assert found(ring("web", *scopes), "/v1/events") is None
    assert found(ring("web", *scopes), "/v1/events", b"Bearer the first one") is None


def test_before_the_keys_were_read_the_sender_is_asked_to_retry() -> None:
    with pytest.raises(RefusedRequestError) as refused:
        found(KeyRing(), "/v1/events")
    assert refused.value.response.status_code == 503
    assert found(KeyRing(), "/v1/events", b"Basic lt_a") is None
