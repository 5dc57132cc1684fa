"""OpenAPI tells of every raw route of the door, in every form in which senders of each kind may call it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import SenderKind
from leadtrace_ingest.door.documentation import clients, erasures, events, imports, spend, webhooks
from leadtrace_ingest.door.routes import PATH_PREFIX, Routes
from leadtrace_ingest.senders.sender import Sender
from leadtrace_ingest.settings import configured_senders
from tests.unit.ingest.generic_items import write

DOCUMENTED = {**webhooks.PATHS, **events.PATHS, **clients.PATHS, **spend.PATHS}
NAME = "a-sender"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PROOFS: dict[SenderKind, dict[str, Any]] = {
    SenderKind.GENERIC: {"auth": "path", "path_secrets": ["a secret"]},
    SenderKind.PIPEDRIVE: {"username": "u"},
    SenderKind.SALESFORCE: {"secrets": [WHSEC]},
    SenderKind.STANDARD_WEBHOOKS: {"secrets": [WHSEC]},
}


@pytest.fixture(params=[*SenderKind], ids=lambda kind: kind.value)
def sender(request: pytest.FixtureRequest, tmp_path: Path) -> Sender:
    """A sender of each kind."""
    kind: SenderKind = request.param
    table: dict[str, Any] = {"kind": kind, "secrets": ["s"], **PROOFS.get(kind, {})}
    if kind is SenderKind.GENERIC:
        table |= {"mapping": write(tmp_path), "secrets": []}
    return configured_senders(Settings.model_validate({"senders": {NAME: table}}))[NAME]


def forms(sender: Sender) -> Iterator[str]:
    """The paths that may be called, as the documents write them; a slash at the end is another spelling."""
    yield from (f"{PATH_PREFIX}{{sender}}", f"{PATH_PREFIX}{{sender}}/{{route}}")
    for path in sender.adapter.paths:
        form = path.replace(NAME, "{sender}")
        takes_a_secret = path.endswith("/") and path.startswith(PATH_PREFIX)
        yield f"{form}{{secret}}" if takes_a_secret else form.rstrip("/")


def test_every_form_of_every_path_is_documented(sender: Sender) -> None:
    assert set(forms(sender)) <= DOCUMENTED.keys()


def test_every_documented_path_is_the_doors(tmp_path: Path) -> None:
    tables = {
        "clients": {"kind": "segment", "secrets": ["s"]},
        "events": {"kind": "events", "secrets": ["s"]},
        "spend": {"kind": "spend", "secrets": ["s"]},
        NAME: {"kind": "generic", "auth": "path", "path_secrets": ["x"], "mapping": write(tmp_path)},
    }
    routes = Routes(configured_senders(Settings.model_validate({"senders": tables})))
    for path in DOCUMENTED:
        called = path.replace("{sender}", NAME).replace("{secret}", "x").replace("{route}", "x")
        found = routes.find(called)
        assert found is not None, path
        assert found.candidates, path


def test_operations_have_names_of_their_own() -> None:
    every = {**DOCUMENTED, **imports.PATHS, **erasures.PATHS}
    names = [operation["operationId"] for operations in every.values() for operation in operations.values()]
    assert len(names) == len(set(names))
