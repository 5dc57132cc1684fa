"""What the doctor says of the definitions in a real database."""

from pydantic import SecretStr

from leadtrace.cli.definitions_check import check_definitions
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Postgres
from leadtrace.store.engine import connect


async def check(url: str) -> list[Finding]:
    return await check_definitions(Settings(postgres=Postgres(url=SecretStr(url))))


async def activate(url: str, *services: str) -> None:
    """Record the first activation, of version 2, with ingest, and that these have taken it over."""
    connection = await connect(url)
    await connection.execute("set session_replication_role = replica")
    await connection.execute(
        "insert into ingest.definition_activations (ordinal, version, hash, activated_at, activated_by)"
        " values (1, 2, 'h', now(), 'ana') on conflict do nothing"
    )
    for service in services:
        await connection.execute(
            f"insert into {service}.in_force (ordinal, version, hash, activated_at) values (1, 2, 'h', now())"
        )
    await connection.close()


async def test_what_was_shipped_is_in_force_until_something_else_is(database_url: str) -> None:
    (finding,) = await check(database_url)
    assert (finding.verdict, finding.detail) == (Verdict.GOOD, "version 1, as shipped")


async def test_who_still_judges_by_the_version_before_is_named(database_url: str) -> None:
    await activate(database_url, "scoring")
    (finding,) = await check(database_url)
    assert finding.verdict is Verdict.DOUBTFUL
    assert finding.detail == "version 2 is activated, and attribution, api judge by the one before"
    await activate(database_url, "attribution", "api")
    (finding,) = await check(database_url)
    assert (finding.verdict, finding.detail) == (Verdict.GOOD, "version 2, in force everywhere")


async def test_nothing_is_claimed_of_what_cannot_be_seen(empty_database_url: str) -> None:
    assert await check(empty_database_url) == []
    assert await check("postgresql:///none?host=/nowhere") == []
    assert await check_definitions(Settings()) == []
