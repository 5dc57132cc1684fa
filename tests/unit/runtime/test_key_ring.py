"""The ring of keys: what opens, what no longer does, and what holds while the database is away."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import pytest

from leadtrace.runtime.key_ring import Key, KeyRing, KeysNotReadError, Scope, digest_of
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.api_keys import StoredKey


def stored(secret: str, *scopes: str, sender: str | None = None, number: int = 1) -> StoredKey:
    """A live key as the database tells of it."""
    return StoredKey(UUID(int=number), f"key {number}", scopes, sender, digest_of(secret.encode()))


def ring(*keys: StoredKey, bootstrap: str | None = None) -> KeyRing:
    """A ring that holds these."""
    made = KeyRing(bootstrap)
    made.replace(keys)
    return made


def test_a_live_key_opens_what_its_scopes_say() -> None:
    found = ring(stored("lt_a", "ingest", sender="web")).shown(b"Bearer lt_a")
    assert found == Key("key 1", frozenset({Scope.INGEST}), "web", UUID(int=1))


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"Bearer",
        b"Bearer ",
        b"lt_a",
        b"Basic lt_a",
        b"Bearer lt_",
        b"Bearer lt_ab",
        b"Bearer LT_A",
    ],
)
def test_anything_else_is_no_key(header: bytes | None) -> None:
    assert ring(stored("lt_a", "read"), bootstrap="first").shown(header) is None


def test_the_scheme_is_in_any_case_and_blanks_around_do_not_matter() -> None:
    assert ring(stored("lt_a", "read")).shown(b"bEARER   lt_a ") is not None


def test_the_first_key_does_all_but_post() -> None:
    found = ring(bootstrap="the first one").shown(b"Bearer the first one")
    assert found == Key("bootstrap", frozenset({Scope.ADMIN, Scope.READ, Scope.READ_PERSONAL}))


@pytest.mark.parametrize("bootstrap", [None, ""])
def test_without_a_first_key_nothing_stands_for_it(bootstrap: str | None) -> None:
    assert ring(bootstrap=bootstrap).shown(b"Bearer ") is None


def test_a_key_that_is_gone_from_the_database_is_none() -> None:
    made = ring(stored("lt_a", "read"))
    made.replace([])
    assert made.shown(b"Bearer lt_a") is None


def test_before_the_first_read_a_key_of_ours_is_neither_good_nor_bad() -> None:
    unread = KeyRing("the first one")
    with pytest.raises(KeysNotReadError):
        unread.shown(b"Bearer lt_a")
    assert unread.shown(b"Bearer a vendor's") is None
    assert unread.shown(b"Bearer the first one") is not None


@pytest.mark.parametrize("error", [OSError("away"), TimeoutError(), asyncpg.AdminShutdownError("57P01")])
async def test_what_was_known_holds_while_the_database_is_away(error: Exception) -> None:
    async def away() -> Sequence[StoredKey]:
        raise error

    made = ring(stored("lt_a", "read"))
    await made.refresh(away)
    assert made.shown(b"Bearer lt_a") is not None


async def test_it_is_refreshed_until_the_stop() -> None:
    stop, made, reads = StopSignal(), KeyRing(), 0

    async def read() -> Sequence[StoredKey]:
        nonlocal reads
        reads += 1
        stop.set("seen enough")
        return [stored("lt_a", "read")]

    await made.run(read, stop)
    assert reads == 1
    assert made.shown(b"Bearer lt_a") is not None


def test_no_secret_is_kept_in_clear() -> None:
    made = ring(stored("lt_a", "read"), bootstrap="the first one")
    assert "lt_a" not in str(vars(made))
    assert "the first one" not in str(vars(made))
