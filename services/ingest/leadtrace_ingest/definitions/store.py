"""The tables of versions, approvals, shadows and activations. Nothing in them is ever taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from leadtrace.events.definition import Team
from leadtrace.store.connection import Connection
from leadtrace_ingest.definitions.named import Named
from leadtrace_ingest.definitions.rows import Activation, GivenApproval, Progress, Shadow, Version

SERVICES = ("scoring", "attribution", "api")

# Doors that change something at the same moment take turns.
_TAKE_TURNS = "select pg_advisory_xact_lock(hashtext('leadtrace.definitions'))"
_VERSION = "version, id, hash, registered_at, registered_by"
_VERSIONS = f"select {_VERSION} from ingest.definitions order by version"
_FIND_VERSION = f"select {_VERSION} from ingest.definitions where version = $1"
_BODY = "select body from ingest.definitions where version = $1"
_ADD_VERSION = f"""
insert into ingest.definitions (version, id, hash, body, registered_at, registered_by)
values ($1, $2, $3, $4, $5, $6) returning {_VERSION}
"""
_APPROVAL = "version, hash, team, approved_by, recorded_by, note, approved_at"
_APPROVALS = f"""
select {_APPROVAL} from ingest.definition_approvals
where $1::int is null or version = $1 order by approval_id
"""
_ADD_APPROVAL = f"""
insert into ingest.definition_approvals ({_APPROVAL}) values ($1, $2, $3, $4, $5, $6, $7)
"""
_SHADOW = "shadow_id, version, hash, started_at, started_by"
_RUNNING = f"select {_SHADOW} from ingest.definition_shadows where ended_as is null"
_BEGIN_SHADOW = f"insert into ingest.definition_shadows ({_SHADOW}) values ($1, $2, $3, $4, $5)"
_END_SHADOW = """
update ingest.definition_shadows set ended_at = $2, ended_as = $3 where shadow_id = $1 and ended_as is null
"""
_ACTIVATION = "ordinal, version, hash, activated_at, activated_by"
_ACTIVATIONS = f"select {_ACTIVATION} from ingest.definition_activations order by ordinal"
_ADD_ACTIVATION = f"insert into ingest.definition_activations ({_ACTIVATION}) values ($1, $2, $3, $4, $5)"
_HAS_VIEW = "select to_regclass($1) is not null"
_TAKEN_OVER = "select coalesce(max(ordinal), 1) >= $1 from {view}"
_PROGRESS = "select done, total, complete, error from {view} where shadow_id = $1 and version = $2"


async def take_turns(connection: Connection) -> None:
    """Be the only one who changes anything here, until the transaction ends."""
    await connection.execute(_TAKE_TURNS)


async def versions(connection: Connection) -> list[Version]:
    """Every registered version, oldest first."""
    return [Version(*row) for row in await connection.fetch(_VERSIONS)]


async def find_version(connection: Connection, version: int) -> Version | None:
    """A registered version."""
    row = await connection.fetchrow(_FIND_VERSION, version)
    return None if row is None else Version(*row)


async def body_of_version(connection: Connection, version: int) -> bytes | None:
    """The text of a registered version."""
    body: bytes | None = await connection.fetchval(_BODY, version)
    return body


async def add_version(connection: Connection, named: Named, at: datetime, by: str) -> Version:
    """Register a version that is not there yet."""
    row = await connection.fetchrow(_ADD_VERSION, named.version, named.id, named.hash, named.body, at, by)
    assert row is not None  # noqa: S101 - an insert that did not fail returns its row
    return Version(*row)


async def approvals(connection: Connection, version: int | None = None) -> list[GivenApproval]:
    """Every approval that was given, of one version or of all, in order."""
    rows = await connection.fetch(_APPROVALS, version)
    return [GivenApproval(**{**row, "team": Team(row["team"])}) for row in rows]


async def add_approval(connection: Connection, given: GivenApproval) -> None:
    """Keep an approval."""
    await connection.execute(
        _ADD_APPROVAL,
        given.version,
        given.hash,
        given.team.value,
        given.approved_by,
        given.recorded_by,
        given.note,
        given.approved_at,
    )


async def running_shadow(connection: Connection) -> Shadow | None:
    """The version that is in the shadow now."""
    row = await connection.fetchrow(_RUNNING)
    return None if row is None else Shadow(*row)


async def begin_shadow(connection: Connection, shadow: Shadow) -> None:
    """Put a version in the shadow."""
    await connection.execute(
        _BEGIN_SHADOW,
        shadow.shadow_id,
        shadow.version,
        shadow.hash,
        shadow.started_at,
        shadow.started_by,
    )


async def end_shadow(connection: Connection, shadow_id: UUID, at: datetime, *, activated: bool) -> None:
    """Take the version out of the shadow."""
    await connection.execute(_END_SHADOW, shadow_id, at, "activated" if activated else "ended")


async def activations(connection: Connection) -> list[Activation]:
    """What was in force when, in order; nothing before the first shadow."""
    return [Activation(*row) for row in await connection.fetch(_ACTIVATIONS)]


async def add_activation(connection: Connection, done: Activation) -> None:
    """Keep that a version took over."""
    await connection.execute(
        _ADD_ACTIVATION, done.ordinal, done.version, done.hash, done.activated_at, done.activated_by
    )


async def lagging(connection: Connection, last: Activation) -> list[str]:
    """The services that have not taken the last activation over; what is shipped every one has."""
    if last.ordinal == 1:
        return []
    return [service for service in SERVICES if not await _has_taken_over(connection, service, last)]


async def _has_taken_over(connection: Connection, service: str, last: Activation) -> bool:
    view = f"{service}.pub_in_force"
    if not await connection.fetchval(_HAS_VIEW, view):
        return False
    return bool(await connection.fetchval(_TAKEN_OVER.format(view=view), last.ordinal))


async def progress_of(connection: Connection, shadow: Shadow) -> Sequence[Progress]:
    """How far each service is; one that says nothing yet has not begun."""
    return [await _progress(connection, service, shadow) for service in SERVICES]


async def _progress(connection: Connection, service: str, shadow: Shadow) -> Progress:
    view = f"{service}.pub_shadow"
    if not await connection.fetchval(_HAS_VIEW, view):
        return Progress(service)
    row = await connection.fetchrow(_PROGRESS.format(view=view), shadow.shadow_id, shadow.version)
    return Progress(service) if row is None else Progress(service, *row)
