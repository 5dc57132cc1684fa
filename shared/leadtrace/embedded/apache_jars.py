"""The jars of Apache Kafka's own broker: resolved once with Maven, kept in a folder, run with the JVM."""

import asyncio
import os
import shutil
from pathlib import Path

from leadtrace.embedded.readiness import BrokerFailedError

_POM = Path(__file__).resolve().parents[3] / "deploy" / "kafka" / "pom.xml"
_HOME_VARIABLE = "LEADTRACE_KAFKA_HOME"
_RESOLVE_DEADLINE_S = 600.0
_RESOLVED_FROM = "resolved-from.pom.xml"


def kafka_home() -> Path:
    """The folder that keeps jars and data: `LEADTRACE_KAFKA_HOME`, else `.kafka` in the checkout."""
    named = os.environ.get(_HOME_VARIABLE)
    return Path(named) if named else _POM.parents[2] / ".kafka"


def why_not_available() -> str | None:
    """Why Apache Kafka cannot be started on this machine; None if it can."""
    if shutil.which("java") is None:
        return "Apache Kafka needs a JVM (17 or newer) and there is no `java` here"
    if _resolved(kafka_home() / "jars"):
        return None
    if not _POM.exists():
        return "Apache Kafka is started from a checkout: deploy/kafka/pom.xml is not there"
    if shutil.which("mvn") is None:
        return "Apache Kafka's jars are resolved with Maven and there is no `mvn` here"
    return None


async def class_path(home: Path) -> str:
    """The class path of the broker; its jars are resolved first if they are not there yet.

    Raises:
        BrokerFailedError: Maven cannot resolve them.
    """
    jars = home / "jars"
    if not _resolved(jars):
        await _resolve(jars)
    return f"{jars}/*"


def _resolved(jars: Path) -> bool:
    mark = jars / _RESOLVED_FROM
    return mark.exists() and (not _POM.exists() or mark.read_bytes() == _POM.read_bytes())


async def _resolve(jars: Path) -> None:
    _empty(jars)
    process = await asyncio.create_subprocess_exec(
        shutil.which("mvn") or "mvn",
        "--quiet",
        "--batch-mode",
        "--file",
        str(_POM),
        "dependency:copy-dependencies",
        f"-DoutputDirectory={jars}",
        "-DincludeScope=runtime",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_RESOLVE_DEADLINE_S):
            output, _ = await process.communicate()
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise BrokerFailedError(f"Maven resolved nothing within {_RESOLVE_DEADLINE_S:g} s") from error
    if process.returncode != 0:
        raise BrokerFailedError(f"Maven could not resolve Apache Kafka:\n{output.decode(errors='replace')}")
    # Last, so that a resolution that was broken off is begun anew.
    (jars / _RESOLVED_FROM).write_bytes(_POM.read_bytes())


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
