"""Runs commands as an operator does: in a process of its own, in a terminal of 80 columns unless said."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

WITHIN_S = 150.0
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command came out."""

    code: int
    out: str
    err: str


async def leadtrace(
    environment: Mapping[str, str], *arguments: str, columns: int = 80, within_s: float = WITHIN_S
) -> Ended:
    """Run `leadtrace …` to its end."""
    command = (str(PROGRAMS / "leadtrace"), *arguments)
    return await ended(environment, *command, columns=columns, within_s=within_s)


async def ended(
    environment: Mapping[str, str], *command: str, columns: int = 80, within_s: float = WITHIN_S
) -> Ended:
    """Run any command to its end.

    Raises:
        TimeoutError: it did not end within `within_s` seconds; it is killed.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**environment, "COLUMNS": str(columns), "PYTHONWARNINGS": "error"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(within_s):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())
