"""Makes a schema and a role per service, and lets every role read every `pub_…` view."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from leadtrace.store.roles import READONLY_ROLE, role_of

_VIEW_PREFIX = r"pub\_%"


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
    """Let every leadtrace role read every `pub_…` view; the views' names, schema included."""
    readers = ", ".join((*map(role_of, services), READONLY_ROLE))
    found = await connection.execute(
        text(
            "select schemaname || '.' || viewname from pg_views"
            " where schemaname = any(:schemas) and viewname like :prefix order by 1"
        ),
        {"schemas": list(services), "prefix": _VIEW_PREFIX},
    )
    views = [str(name) for (name,) in found]
    for schema in services:
        await connection.execute(text(f"grant usage on schema {schema} to {readers}"))
    for view in views:
        await connection.execute(text(f"grant select on {view} to {readers}"))
    return views


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
