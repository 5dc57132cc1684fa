"""`python -m tests.benchmarks.outcomes_process URL FIRST COUNT LATEST`: one projector, once told to begin.

It says `ready`, waits for a line, and says how many seconds it took for how many snapshots.
"""

import asyncio
import sys

import asyncpg

from tests.benchmarks.outcomes import records, took_s

# As the role of the api sees it.
AS_PROJECTOR = "set role leadtrace_api; set search_path = api"


async def _main(url: str, first: int, count: int, latest: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(AS_PROJECTOR)
    sent = list(records(range(first, first + count), latest))
    print("ready", flush=True)  # noqa: T201 - what it is asked by
    sys.stdin.readline()
    print(await took_s(connection, sent, kept=True), len(sent), flush=True)  # noqa: T201 - its answer
    await connection.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], *map(int, sys.argv[2:])))
