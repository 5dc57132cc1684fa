"""An installation whose parts a test starts and kills one by one, in whatever order it likes."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
from prometheus_client.parser import text_string_to_metric_families

from leadtrace.cli.wiring import make_admin
from leadtrace.embedded.apache_kafka import ApacheKafka
from leadtrace.embedded.broker import EmbeddedBroker
from leadtrace.embedded.postgres import DATABASE, SUPERUSER, EmbeddedPostgres
from leadtrace.embedded.postgres_home import prepare_home
from leadtrace.embedded.process import ManagedProcess, ProcessSpec
from leadtrace.embedded.services import ServiceSpec, service_specs
from leadtrace.embedded.topics import create_topics
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import BrokerKind, Kafka, Ports
from leadtrace.store.grants import ensure_roles
from leadtrace.store.migrate import ROOMS, migrate
from leadtrace.store.sql_engine import make_engine
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation, free_ports

PROCESSES = ("door", "relay", "scoring", "attribution", "projector", "api")
SHARED_PROCESSES = ("relay", "scoring", "attribution", "projector")
KEY = "a-bootstrap-key-of-the-tests"
READY_WITHIN_S = 60.0
_STOP_DEADLINE_S = 30.0
_PORT_NAMES = {"door": "ingest"}


def second(name: str) -> str:
    """The name of the other process that does the same."""
    return f"second {name}"


def one_by_one(bodies: Iterable[bytes]) -> list[bytes]:
    """The same events in deliveries of one, so that there are many."""
    return [msgspec.json.encode([event]) for body in bodies for event in msgspec.json.decode(body)]


class ByHand:
    """PostgreSQL, a broker (or `kafka` for it) and service processes, none of which runs at first."""

    def __init__(self, folder: Path, more_env: Mapping[str, str], kafka: ApacheKafka | None = None) -> None:
        folder.mkdir(mode=0o711)
        self.client = Installation(folder, more_env)
        self.postgres = EmbeddedPostgres(folder / "postgres", self._log("postgres"), durable=False)
        (port,) = free_ports(1)
        ids = SystemIds(SystemClock())
        self.broker = kafka or EmbeddedBroker(log_path=self._log("broker"), ids=ids, port=port)
        self._replication = len(kafka.nodes) if kafka else 1
        self._kind = BrokerKind.APACHE if kafka else BrokerKind.EMBEDDED
        # The address is told to processes before anything listens there.
        sockets = quote(str(prepare_home(folder / "postgres").sockets))
        self.url = f"postgresql://{SUPERUSER}@/{DATABASE}?host={sockets}&port=5432"
        self._services = self._named_services()
        self._running: dict[str, ManagedProcess] = {}

    async def start_postgres(self) -> None:
        """Start it, with its schema up to date."""
        await self.start_bare_postgres()
        await migrate(self.url)

    async def start_bare_postgres(self) -> None:
        """Start it with the roles of the services, so that they can connect, and no table of theirs yet."""
        await self.postgres.start()
        engine = make_engine(self.url, size=1)
        async with engine.begin() as connection:
            await ensure_roles(connection, [room.service for room in ROOMS])
        await engine.dispose()

    async def start_broker(self) -> None:
        """Start it and make the topics that are missing: the embedded one remembers none."""
        await self.broker.start()
        kafka = Kafka(
            bootstrap_servers=self.broker.bootstrap_servers,
            broker=self._kind,
            replication=self._replication,
            partitions=4,
        )
        await create_topics(Settings(kafka=kafka), make_admin)

    async def start(self, *names: str) -> None:
        """Start processes and return at once."""
        for name in names:
            service = self._services[name]
            spec = ProcessSpec(
                name=name, argv=service.argv, log_path=self._log(name), env=self._environment(service)
            )
            self._running[name] = ManagedProcess(spec)
            await self._running[name].start()

    async def kill(self, *names: str) -> None:
        """End processes as a power cut does."""
        await asyncio.gather(*(self._running.pop(name).kill() for name in names))

    async def stop(self) -> dict[str, int | None]:
        """Ask all processes to stop, end the rest; exit codes by name."""
        await asyncio.gather(*(one.stop(_STOP_DEADLINE_S) for one in self._running.values()))
        codes = {name: one.returncode for name, one in self._running.items()}
        self._running.clear()
        await self.broker.stop()
        await self.postgres.stop()
        return codes

    def alive(self, name: str) -> bool:
        """Whether a process has not ended."""
        return self._running[name].running

    def log_of(self, name: str) -> str:
        """Everything that a process has said."""
        return self._log(name).read_text()

    async def until_said(self, name: str, words: str) -> None:
        """Return once a process has logged these words."""

        async def said() -> bool:
            return words in self.log_of(name)

        await eventually_answers(said, what=f"{name} says {words}", deadline_s=READY_WITHIN_S)

    async def ask(self, name: str, path: str, *, key: str | None = None) -> httpx.Response | None:
        """What a process answers, to the bearer of `key` if there is one; None while it does not listen."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        async with httpx.AsyncClient(timeout=10.0, headers=headers) as client:
            try:
                return await client.get(f"http://127.0.0.1:{self._services[name].port}{path}")
            except httpx.TransportError:
                return None

    async def missing(self, name: str) -> set[str] | None:
        """The dependencies that `/readyz` names; None while the process does not listen."""
        answer = await self.ask(name, "/readyz")
        if answer is None:
            return None
        missing = answer.json()["missing"]
        named = {one["dependency"] for one in missing}
        assert answer.status_code == (200 if all(one.get("bridged") for one in missing) else 503)
        assert all(one["reason"] for one in missing)
        return named

    async def until_missing(self, names: Iterable[str], wanted: dict[str, set[str]]) -> None:
        """Return once each process misses exactly these; `wanted` has an entry for each that misses any."""
        for name in names:

            async def misses(name: str = name) -> bool:
                return await self.missing(name) == wanted.get(name, set())

            what = f"{name} misses {sorted(wanted.get(name, set())) or 'nothing'}"
            await eventually_answers(misses, what=what, deadline_s=READY_WITHIN_S)

    async def spilled(self) -> dict[str, int]:
        """Requests that wait in the spill of the door, by place; none while it does not listen."""
        answer = await self.ask("door", "/v1/admin/spill", key=KEY)
        places = [] if answer is None else answer.json()["places"]
        return {place["place"]: place["requests"] for place in places}

    async def until_filed(self) -> None:
        """Return once nothing waits in the spill of the door."""

        async def nothing_waits() -> bool:
            waiting = await self.spilled()
            return bool(waiting) and not any(waiting.values())

        await eventually_answers(nothing_waits, what="the spill is filed", deadline_s=READY_WITHIN_S)

    async def counted(self, name: str, sample: str, **labels: str) -> float:
        """The sum of a metric of a process over all series with these labels."""
        answer = await self.ask(name, "/metrics")
        assert answer is not None
        return sum(
            one.value
            for family in text_string_to_metric_families(answer.text)
            for one in family.samples
            if one.name == sample and labels.items() <= one.labels.items()
        )

    def _named_services(self) -> dict[str, ServiceSpec]:
        first = service_specs(Ports.model_validate(self.client.ports))
        others = dict(zip(self.client.ports, free_ports(len(self.client.ports)), strict=True))
        named = {service.name: service for service in first}
        return named | {second(one.name): one for one in service_specs(Ports.model_validate(others))}

    def _environment(self, service: ServiceSpec) -> dict[str, str]:
        port_name = _PORT_NAMES.get(service.name, service.name)
        return {
            **self.client.environment(),
            f"LEADTRACE_PORTS__{port_name.upper()}": str(service.port),
            "LEADTRACE_INSTALLATION__PROFILE": "embedded",
            "LEADTRACE_POSTGRES__URL": self.url,
            "LEADTRACE_KAFKA__BOOTSTRAP_SERVERS": self.broker.bootstrap_servers,
            "LEADTRACE_KAFKA__BROKER": self._kind.value,
            "LEADTRACE_KEYS__BOOTSTRAP": KEY,
        }

    def _log(self, name: str) -> Path:
        return self.client.folder / "logs" / f"{name.replace(' ', '-')}.log"


@asynccontextmanager
async def by_hand(folder: Path, **more_env: str) -> AsyncGenerator[ByHand]:
    """The parts, all of which are ended at the end; `more_env` configures the service processes."""
    async with _ended(ByHand(folder, more_env)) as parts:
        yield parts


@asynccontextmanager
async def by_hand_with(kafka: ApacheKafka, folder: Path, **more_env: str) -> AsyncGenerator[ByHand]:
    """The same with Apache Kafka, topics replicated to all of its brokers."""
    async with _ended(ByHand(folder, more_env, kafka)) as parts:
        yield parts


@asynccontextmanager
async def _ended(parts: ByHand) -> AsyncGenerator[ByHand]:
    try:
        yield parts
    finally:
        await parts.stop()
