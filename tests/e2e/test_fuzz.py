"""Whatever fits or misfits the OpenAPI documents is answered, never with a 5xx, and is accounted for."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.schemas import OpenApiSchema

from leadtrace.runtime.shipped import shipped_path
from leadtrace.testing.installation import Installation, running

pytestmark = pytest.mark.slow

KEY = "a-key-of-the-fuzzer"
ADMIN_KEY = "an-admin-key-of-the-fuzzer"
RELAY_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SENDERS = {
    "crm": {"kind": "pipedrive", "username": "fuzz", "secrets": [KEY]},
    "erp": {"kind": "events", "secrets": [KEY]},
    "website": {"kind": "segment", "secrets": [KEY]},
    "ads": {"kind": "spend", "secrets": [KEY]},
    # These sign their bodies; what is fuzzed comes with an API key of each instead.
    "hub": {"kind": "hubspot", "secrets": [KEY], "public_url": "https://hooks.example"},
    "mail": {"kind": "mautic", "secrets": [KEY]},
    "force": {"kind": "salesforce", "secrets": [RELAY_SECRET]},
    "forwarded": {"kind": "segment_webhook", "secrets": [KEY]},
    "relay": {"kind": "standard_webhooks", "secrets": [RELAY_SECRET]},
    "close": {
        "kind": "generic",
        "auth": "bearer",
        "secrets": [KEY],
        "mapping": str(shipped_path("mappings", "examples/close.yaml")),
    },
}
SIGNING = ("hub", "mail", "force", "forwarded", "relay", "close")
EXAMPLES = 60
PROBLEM = "application/problem"
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer("application/x-ndjson")
def as_lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Whatever was drawn, as text: lines are the adapter's business."""
    return value.encode(errors="replace") if isinstance(value, str) else json.dumps(value).encode()


@pytest_asyncio.fixture
async def installation(data_folder: Path) -> AsyncIterator[Installation]:
    tables = {f"LEADTRACE_SENDERS__{name.upper()}": json.dumps(table) for name, table in SENDERS.items()}
    async with running(data_folder, LEADTRACE_KEYS__BOOTSTRAP=ADMIN_KEY, **tables) as started:
        yield started


def authorization(path: str) -> str:
    """What lets a request of this route in, so that more than its 401 is tried."""
    if path.startswith("/v1/import"):
        return f"Bearer {ADMIN_KEY}"
    if path.startswith(("/v1/events", "/v1/spend")):
        return f"Bearer {KEY}"
    user = "fuzz:" + KEY if path.startswith("/v1/webhooks") else KEY + ":"
    return "Basic " + base64.b64encode(user.encode()).decode()


async def schema_of(installation: Installation, process: str) -> tuple[str, OpenApiSchema]:
    base = f"http://127.0.0.1:{installation.ports[process]}"
    async with httpx.AsyncClient(timeout=10.0) as client:
        document: dict[str, Any] = (await client.get(f"{base}/openapi.json")).json()
    # Its answer has no end to wait for; what it refuses has tests of its own.
    document["paths"].pop("/v1/ticker", None)
    return base, schemathesis.openapi.from_dict(document)


async def keys_of_signing_senders(installation: Installation) -> dict[str, str]:
    """An API key of each sender that signs, made as an operator makes it."""
    url = f"http://127.0.0.1:{installation.ports['ingest']}/v1/admin/keys"
    async with httpx.AsyncClient(timeout=10.0, headers={"Authorization": f"Bearer {ADMIN_KEY}"}) as client:
        made = {name: await client.post(url, json={"scopes": ["ingest"], "sender": name}) for name in SIGNING}
    return {name: answer.json()["key"] for name, answer in made.items()}


def fuzzed(base: str, schema: OpenApiSchema, trouble: list[str], keys: dict[str, str]) -> int:
    """Call every operation with what its document allows, as every sender in turn; the number of calls."""
    calls = 0

    def call(case: schemathesis.Case[Any]) -> None:
        nonlocal calls
        calls += 1
        shown = authorization(case.path)
        if "sender" in (case.path_parameters or {}):
            sender = ("crm", *SIGNING)[calls % (1 + len(SIGNING))]
            if case.path.startswith("/v1/import"):
                sender = "crm"
            case.path_parameters["sender"] = sender
            shown = f"Bearer {keys[sender]}" if sender in keys else shown
        answer = case.call(base_url=base, headers={"Authorization": shown}, timeout=20)
        if answer.status_code >= 500:
            trouble.append(f"{answer.status_code} {case.method} {case.path} {case.query!r}"[:500])
        elif answer.status_code >= 400 and not answer.headers["content-type"][0].startswith(PROBLEM):
            trouble.append(f"{answer.status_code} {case.path} is no problem document: {answer.text[:200]}")

    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        run: Callable[[], None] = QUIET(given(case=operation.as_strategy())(call))
        run()
    return calls


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_no_request_that_the_documents_allow_ends_in_a_5xx(installation: Installation) -> None:
    trouble: list[str] = []
    keys = await keys_of_signing_senders(installation)
    for process in ("ingest", "api"):
        base, schema = await schema_of(installation, process)
        assert fuzzed(base, schema, trouble, keys) > EXAMPLES
    assert not trouble, "\n".join(trouble)
    report = await installation.accounted(items=1)
    assert report["balanced"], report
    assert set(SIGNING) <= {row["sender"] for row in report["items"]}
