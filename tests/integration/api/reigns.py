"""Versions of the definitions that an api has taken over one after another, for tests of what it tells."""

from collections.abc import Mapping
from types import MappingProxyType

from leadtrace.events.times import from_micros
from leadtrace.runtime.definitions import live_path
from leadtrace.store.connection import Pool

_NO_CHANGES: Mapping[str, str] = MappingProxyType({})

# A version and the moment (µs) of its activation; 0: ever.
Turn = tuple[int, int]


async def take_over(owner: Pool, *turns: Turn, changes: Mapping[str, str] = _NO_CHANGES) -> None:
    """Have the api be served by these versions, the last one now; all say what the shipped one says.

    `changes` are texts that they have in the place of others.
    """
    text = live_path().read_text()
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    await owner.execute("delete from api.in_force")
    for ordinal, (version, since) in enumerate(turns, start=1):
        await owner.execute(
            "insert into ingest.definitions (version, id, hash, body, registered_at, registered_by) "
            "values ($1, 'default', $2, $3, now(), 'test') on conflict do nothing",
            version,
            f"h{version}",
            text.replace("\nversion: 1\n", f"\nversion: {version}\n").encode(),
        )
        await owner.execute(
            "insert into api.in_force (ordinal, version, hash, activated_at) values ($1, $2, $3, $4)",
            ordinal,
            version,
            f"h{version}",
            from_micros(since),
        )
