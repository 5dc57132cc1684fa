"""Makes a schema and a role per service; services read every `pub_…` view, onlookers only `pub_stats_…`."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtrace.store.roles import READONLY_ROLE, role_of

_PUBLISHED = r"pub\_%"
_STATISTICS = "pub_stats_"


async def ensure_roles(connection: AsyncConnection, services: Iterable[str]) -> None:
    """Create what is missing: per service a NOLOGIN role, granted to the connecting user, and its schema.

    Roles belong to the whole cluster, so another database's migration may make them at the same moment;
    schemas are of this database.
    """
    owners = [role_of(service) for service in services]
    for role in (*owners, READONLY_ROLE):
        await connection.execute(text(_CREATE_ROLE.format(role=role)))
    for service, role in zip(services, owners, strict=True):
        await connection.execute(text(f"create schema if not exists {service} authorization {role}"))
        await connection.execute(text(f"alter role {role} set search_path = {service}"))


async def grant_views(connection: AsyncConnection, services: Iterable[str]) -> list[str]:
    """Let every service read every `pub_…` view, and the read-only role the statistics among them.

    Returns the views' names, schema included.
    """
    readers = ", ".join(map(role_of, services))
    found = await connection.execute(
        text(
            "select schemaname || '.' || viewname from pg_views"
            " where schemaname = any(:schemas) and viewname like :prefix order by 1"
        ),
        {"schemas": list(services), "prefix": _PUBLISHED},
    )
    views = [str(name) for (name,) in found]
    for schema in services:
        await connection.execute(text(f"grant usage on schema {schema} to {readers}, {READONLY_ROLE}"))
    for view in views:
        await connection.execute(text(f"grant select on {view} to {readers}"))
    await _show_statistics(connection, services)
    return views


async def _show_statistics(connection: AsyncConnection, services: Iterable[str]) -> None:
    """Earlier versions let the read-only role read every view, with hashes and digests of persons in some."""
    found = await connection.execute(text(_READABLE), {"schemas": list(services), "role": READONLY_ROLE})
    for relation, is_readable in found.all():
        is_meant = relation.partition(".")[2].startswith(_STATISTICS)
        if is_readable and not is_meant:
            await connection.execute(text(f"revoke all on {relation} from {READONLY_ROLE}"))
        elif is_meant and not is_readable:
            await connection.execute(text(f"grant select on {relation} to {READONLY_ROLE}"))


_READABLE = """
select c.oid::regclass::text as relation, has_table_privilege(:role, c.oid, 'select') as readable
from pg_class c
where c.relnamespace::regnamespace::text = any(:schemas) and c.relkind in ('r', 'p', 'v', 'm')
order by 1
"""

# Two starters may race over one role: the loser finds it made, whichever error PostgreSQL names it by.
# A superuser may act as any role, so only others need the grant.
_CREATE_ROLE = """
do $$
begin
  begin
    create role {role} nologin;
  exception when duplicate_object or unique_violation then
    null;
  end;
  if not pg_has_role(current_user, '{role}', 'set') then
    grant {role} to current_user;
  end if;
end
$$
"""
