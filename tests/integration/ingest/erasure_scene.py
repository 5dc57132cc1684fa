"""An ingest whose senders tell of one person each, readers of what it publishes, and looks everywhere."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.history_fold import fold_by
from leadtrace.events.topics import all_topic_names
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.engine import make_pool
from leadtrace.testing.chain import Stage
from leadtrace.testing.eventually import eventually_answers
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_scoring.handlers import ScoringHandler
from tests.integration.ingest.door_scene import ADMIN_KEY, DoorScene
from tests.integration.ingest.running import running_ingest, waits
from tests.unit.ingest import salesforce_items

# No part of these stands in an id, nor in what folds may know of a person, such as a company's domain.
EMAIL = "zaida.quint@mailbox.example"
PHONE = "+4915770012399"
FIRST = "Zaïda"
LAST = "Quintelhofer"
SEEDS = ("zaida.quint", "15770012399", "Quintelhofer", "Za\u00efda", "Za\\u00efda")
KEY = "a key for this test"
PATH_SECRET = "a-secret-segment"
ADMIN = {"authorization": f"Bearer {ADMIN_KEY}"}

_TABLES = """
select table_schema, table_name from information_schema.tables
where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
"""
_ERASING = "select count(*) from ingest.erasures where state <> 'done'"
_AGGREGATES = (
    "select * from api.funnel_daily order by 1, 2, 3, 4, 5, 6",
    "select * from api.revenue_daily order by 1, 2, 3, 4, 5, 6",
    "select * from api.step_ages order by 1, 2, 3, 4",
    "select lead_id, fit, intent, band, stage, revenue, captured_at from api.leads order by 1",
    "select deal_id, status, amount, currency, shared from api.deals order by 1",
)


def senders(mapping: Path) -> dict[str, Mapping[str, Any]]:
    """The senders beside HubSpot."""
    return {
        "website": {"kind": "segment_webhook", "secrets": [KEY], "path_secrets": [PATH_SECRET]},
        "app": {"kind": "events", "secrets": [KEY]},
        "acme": {
            "kind": "generic",
            "auth": "bearer",
            "secrets": [KEY],
            "mapping": str(mapping),
        },
        "salesforce": {
            "kind": "salesforce",
            "secrets": [salesforce_items.RELAY_SECRET],
            "path_secrets": [salesforce_items.PATH_SECRET],
            "organizations": [salesforce_items.ORGANIZATION],
        },
    }


class Lines(logging.Handler):
    """Everything that is logged, but by the test's own client."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, with all that was handed along."""
        if not record.name.startswith(("http", "asyncio")):
            self.text += f"{record.getMessage()} {record.__dict__}\n"


@dataclass(slots=True)
class ErasureScene:
    """Door and relay at work, readers that a test has read, and everywhere that bytes may lie."""

    door: DoorScene
    database: Connection
    owner: Pool
    spill: Path
    log: Lines = field(default_factory=Lines)

    async def hubspot(self, body: bytes) -> httpx.Response:
        """Post to HubSpot's path, signed."""
        return await self.door.post(body)

    async def segment(self, body: bytes) -> httpx.Response:
        """Post one message to the webhook destination, whole signed."""
        signature = hmac.new(KEY.encode(), body, hashlib.sha1).hexdigest()
        return await self.door.post(body, {"X-Signature": signature}, f"/v1/webhooks/website/{PATH_SECRET}")

    async def app(self, body: bytes) -> httpx.Response:
        """Post canonical events."""
        headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
        return await self.door.post(body, headers, "/v1/events")

    async def acme(self, body: bytes) -> httpx.Response:
        """Post to the generic sender."""
        headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
        return await self.door.post(body, headers, "/v1/webhooks/acme")

    async def salesforce(self, body: bytes) -> httpx.Response:
        """Relay change events."""
        headers = {"Content-Type": "application/json", **salesforce_items.signed(body)}
        return await self.door.post(body, headers, "/v1/webhooks/salesforce/cdc")

    async def settle(self) -> None:
        """Wait until everything that came in is published, and every erasure is done."""

        async def done() -> bool:
            open_ = await self.database.fetchval("select count(*) from ingest.intake where state <> 'done'")
            left = await self.database.fetchval("select count(*) from ingest.redactions")
            erasing = await self.database.fetchval(_ERASING)
            spilled = any(path.stat().st_size for path in self.spill.rglob("*.spill"))
            return not (open_ or left or erasing or spilled or await waits(self.database))

        await eventually_answers(done, what="everything is published and erased", deadline_s=30)

    async def read(self) -> None:
        """Have all readers read what is on the topics."""
        definitions, clock, zone = live_definitions(), SystemClock(), ZoneInfo("Europe/Berlin")
        days = Days(zone)
        handlers = (
            ("scoring", ScoringHandler(fold_by(definitions, days), clock)),
            ("attribution", AttributionHandler(Schedule(definitions), clock, days)),
            ("api", Projector(Relearner(zone))),
        )
        for service, handler in handlers:
            await Stage(service, self.door.bus, self.owner, handler).drain()

    async def aggregates(self) -> list[list[tuple[Any, ...]]]:
        """Every number that a frontend could show."""
        return [[tuple(row) for row in await self.owner.fetch(one)] for one in _AGGREGATES]

    async def lead_of(self, source: str, subject: str) -> str:
        """The lead that a subject's newest event is of."""
        query = """
        select entity_id::text from ingest.events where source = $1 and subject = $2
        order by event_no desc limit 1
        """
        return str(await self.database.fetchval(query, source, subject))

    async def erase(self, lead: str) -> dict[str, Any]:
        """Erase over the admin route; the receipt."""
        answer = await self.door.client.delete(
            f"/v1/leads/{lead}/personal-data", params={"wait_s": 20}, headers=ADMIN, timeout=30
        )
        assert answer.status_code == httpx.codes.OK, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def found(self) -> list[str]:
        """Where the person is named: every table, every topic, the spill, the log."""
        everything = {
            "log": self.log.text.encode(),
            **{f"spill {path.name}": path.read_bytes() for path in self.spill.rglob("*") if path.is_file()},
            **self._topics(),
        }
        for schema, table in await self.owner.fetch(_TABLES):
            rows = await self.owner.fetch(f"select * from {schema}.{table}")
            values = [value for row in rows for value in row.values()]
            everything[f"{schema}.{table}"] = b"\n".join(
                value if isinstance(value, bytes) else str(value).encode() for value in values
            )
        assert len(everything) > 30
        for place in ("ingest.events", "topic lead-events"):
            assert b"contact/501" in everything[place]  # a look that would find something
        return [
            f"{place}: {seed}"
            for place, content in everything.items()
            for seed in SEEDS
            if seed.encode().lower() in content.lower()
        ]

    def _topics(self) -> dict[str, bytes]:
        log = self.door.bus.reach()
        return {
            f"topic {topic}": b"\n".join(
                (record.value or b"") + (record.key or b"") + str(record.headers).encode()
                for place in log.places((topic,))
                for record in log.records(place)
            )
            for topic in all_topic_names()
        }


@asynccontextmanager
async def erasure_scene(url: str, folder: Path, mapping: Path) -> AsyncGenerator[ErasureScene]:
    """Door and relay over the database at `url`, a spill in `folder`, and every line logged meanwhile."""
    owner = await make_pool(url, "postgres", size=3)
    spill = folder / "spill"
    try:
        async with running_ingest(url, senders(mapping), spill_dir=spill, retry_window_s=0.3) as (door, look):
            scene = ErasureScene(door, look, owner, spill)
            level = logging.getLogger().level
            logging.getLogger().addHandler(scene.log)
            logging.getLogger().setLevel(logging.DEBUG)
            try:
                yield scene
            finally:
                logging.getLogger().removeHandler(scene.log)
                logging.getLogger().setLevel(level)
                await asyncio.sleep(0)
    finally:
        await owner.close()
