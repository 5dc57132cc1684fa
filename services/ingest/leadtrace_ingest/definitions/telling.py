"""What is told of the definitions: who approved which version, how far the shadow is, what was in force."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from leadtrace.store.connection import Connection
from leadtrace_ingest.definitions import store
from leadtrace_ingest.definitions.named import Shipped
from leadtrace_ingest.definitions.rows import Activation, GivenApproval, Progress, Shadow


class ToldVersion(msgspec.Struct, frozen=True):
    """A version; one that is shipped and was never named is not registered yet."""

    version: int
    id: str
    hash: str
    registered_at: datetime | None
    registered_by: str | None
    in_force: bool
    approvals: Sequence[GivenApproval]


class ToldShadow(Shadow, frozen=True):
    """The version in the shadow, and how far each service is with it."""

    services: Sequence[Progress]


class Told(msgspec.Struct, frozen=True):
    """All there is; without an activation the shipped version is in force since ever."""

    in_force: int
    versions: Sequence[ToldVersion]
    shadow: ToldShadow | None
    activations: Sequence[Activation]


async def told_of(connection: Connection, shipped: Shipped) -> Told:
    """Everything, as of one moment; call it within a transaction."""
    done = await store.activations(connection)
    live = done[-1].version if done else shipped.live
    given = await store.approvals(connection)
    shadow = await store.running_shadow(connection)
    registered = {
        one.version: ToldVersion(
            one.version,
            one.id,
            one.hash,
            one.registered_at,
            one.registered_by,
            one.version == live,
            [approval for approval in given if approval.version == one.version],
        )
        for one in await store.versions(connection)
    }
    unnamed = {
        one.version: ToldVersion(one.version, one.id, one.hash, None, None, one.version == live, ())
        for one in shipped.versions.values()
    }
    return Told(
        live,
        [found for _, found in sorted({**unnamed, **registered}.items())],
        None if shadow is None else await _shadow(connection, shadow),
        done,
    )


async def _shadow(connection: Connection, shadow: Shadow) -> ToldShadow:
    services = await store.progress_of(connection, shadow)
    return ToldShadow(**msgspec.structs.asdict(shadow), services=services)
