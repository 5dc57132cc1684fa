"""The documentation: every answer has an example, and the example is one that the schema takes."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import BaseModel, TypeAdapter

from leadtrace.runtime.key_ring import KeyRing, Scope, digest_of
from leadtrace.store.api_keys import StoredKey
from leadtrace_api.accounts import examples as accounts
from leadtrace_api.accounts import schemas as accounts_schemas
from leadtrace_api.audit import schemas as audit
from leadtrace_api.costs import example as costs
from leadtrace_api.costs import schemas as costs_schemas
from leadtrace_api.credits import deal_example, deal_schemas
from leadtrace_api.credits import example as attribution
from leadtrace_api.credits import schemas as attribution_schemas
from leadtrace_api.definitions import schemas as definitions
from leadtrace_api.explain import schemas as explain
from leadtrace_api.funnel import schemas as funnel
from leadtrace_api.intake import schemas as intake
from leadtrace_api.knowledge import restatement_schemas as restatements
from leadtrace_api.knowledge import score
from leadtrace_api.leads import examples, schemas, trace_schemas
from leadtrace_api.models import schemas as models
from leadtrace_api.personal import schemas as personal
from leadtrace_api.priorities import example as priorities
from leadtrace_api.priorities import schemas as priorities_schemas
from leadtrace_api.scoring_quality import example as quality
from leadtrace_api.scoring_quality import schemas as quality_schemas
from leadtrace_api.session import schemas as session
from leadtrace_api.written import Written
from tests.unit.api.conftest import MakeClient

EXAMPLES: dict[type[BaseModel | Written], dict[str, Any]] = {
    funnel.Funnel: funnel.EXAMPLE,
    attribution_schemas.Attribution: attribution.EXAMPLE,
    deal_schemas.DealCredits: deal_example.DEAL_CREDITS,
    schemas.Leads: examples.LEADS,
    schemas.Lead: examples.LEAD,
    trace_schemas.Trace: examples.TRACE,
    score.ScoreThen: score.EXAMPLE,
    restatements.Restatements: restatements.EXAMPLE,
    models.Models: models.MODELS,
    models.OneModel: models.MODEL,
    intake.Intake: intake.EXAMPLE,
    explain.Explanation: explain.EXAMPLE,
    definitions.Versions: definitions.VERSIONS,
    definitions.OneVersion: definitions.ONE_VERSION,
    audit.Conservation: audit.EXAMPLE,
    costs_schemas.Costs: costs.EXAMPLE,
    personal.PersonalReads: personal.EXAMPLE,
    quality_schemas.ScoringQuality: quality.EXAMPLE,
    priorities_schemas.Priorities: priorities.EXAMPLE,
    accounts_schemas.Accounts: accounts.ACCOUNTS,
    accounts_schemas.OneAccount: accounts.ACCOUNT,
    session.Reader: session.EXAMPLE,
}


@pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.__name__)
def test_example_is_an_answer(model: type[BaseModel | Written]) -> None:
    """Written by hand, so that it shows what a reader gets; it must not drift from what is sent."""
    adapter = TypeAdapter(model)
    made = adapter.validate_python(EXAMPLES[model], by_alias=True, by_name=True)
    told = adapter.dump_python(made, mode="json", by_alias=True, exclude_unset=True)
    assert told.keys() == EXAMPLES[model].keys()


async def test_every_answer_and_every_error_has_an_example(client: httpx.AsyncClient) -> None:
    document = await _document(client)
    assert document["openapi"].startswith("3.1")
    for where, status, answer in _answers(document):
        assert status != "422", where
        assert set(answer.get("content", {})) in _FORMS[status[0]], (where, status)
        for media_type, content in answer.get("content", {}).items():
            assert content["example"], (where, status, media_type)
            assert content["schema"], (where, status, media_type)


async def test_every_route_says_how_it_fails(client: httpx.AsyncClient) -> None:
    for path, operations in (await _document(client))["paths"].items():
        for operation in operations.values():
            told = set(operation["responses"])
            assert {"400", "401", "403", "404", "503", "default"} <= told, path
            assert {"200", "204"} & told, path


async def test_examples_of_errors_are_what_the_api_says(make_client: MakeClient) -> None:
    keys = KeyRing()
    keys.replace([StoredKey(UUID(int=1), "n", (Scope.INGEST,), None, digest_of(b"lt_made"))])
    async with make_client() as client, make_client(embedded=False, keys=keys) as remote:
        documented = (await _document(client))["paths"]["/v1/funnel"]["get"]["responses"]
        errors = [
            (400, await client.get("/v1/funnel?chanel=email")),
            (401, await remote.get("/v1/funnel")),
            (403, await remote.get("/v1/funnel", headers={"authorization": "Bearer lt_made"})),
            (503, await client.get("/v1/funnel")),
        ]
    for status, answer in errors:
        assert answer.status_code == status
        assert answer.json() == documented[str(status)]["content"]["application/problem+json"]["example"]


async def test_answers_that_name_leads_are_kept_by_nobody(client: httpx.AsyncClient) -> None:
    document = await _document(client)
    naming = {path for path, operations in document["paths"].items() if _names_a_lead(document, operations)}
    assert {"/v1/leads", "/v1/velocity", "/v1/audit/personal-reads"} <= naming
    assert not naming & {"/v1/funnel", "/v1/cohorts", "/v1/costs", "/v1/attribution"}
    for path in naming:
        answer = await client.get(path.replace("{", "").replace("}", ""))
        assert answer.headers["cache-control"] == "no-store", path


# What is answered, by the first digit of the status; d: any other.
_FORMS: dict[str, list[set[str]]] = {
    "2": [{"application/json"}, {"application/json", "text/csv"}, {"text/event-stream"}, set()],
    "3": [set()],
    "4": [{"application/problem+json"}],
    "5": [{"application/problem+json"}],
    "d": [{"application/problem+json"}],
}


async def _document(client: httpx.AsyncClient) -> dict[str, Any]:
    document: dict[str, Any] = (await client.get("/openapi.json")).json()
    return document


def _answers(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, answer in operation["responses"].items():
                yield f"{method} {path}", status, answer


def _names_a_lead(document: dict[str, Any], operations: dict[str, Any]) -> bool:
    """Whether the schema of the answer has a lead's or a deal's id anywhere."""
    content = operations["get"]["responses"]["200"]["content"]
    waiting = [one["schema"] for one in content.values()]
    seen: set[str] = set()
    while waiting:
        schema = waiting.pop()
        for name, part in schema.items():
            if name == "$ref" and part not in seen:
                seen.add(part)
                waiting.append(document["components"]["schemas"][part.rpartition("/")[2]])
            elif name == "properties" and {"lead_id", "deal_id"} & part.keys():
                return True
            waiting += [part] if isinstance(part, dict) else []
            waiting += [one for one in part if isinstance(one, dict)] if isinstance(part, list) else []
    return False
