"""The documentation: every answer has an example, and the example is one that the schema takes."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

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
from leadtrace_api.leads import examples, schemas
from leadtrace_api.models import schemas as models
from leadtrace_api.personal import schemas as personal
from leadtrace_api.priorities import example as priorities
from leadtrace_api.priorities import schemas as priorities_schemas
from leadtrace_api.scoring_quality import example as quality
from leadtrace_api.scoring_quality import schemas as quality_schemas

EXAMPLES: dict[type[BaseModel], dict[str, Any]] = {
    funnel.Funnel: funnel.EXAMPLE,
    attribution_schemas.Attribution: attribution.EXAMPLE,
    deal_schemas.DealCredits: deal_example.DEAL_CREDITS,
    schemas.Leads: examples.LEADS,
    schemas.Lead: examples.LEAD,
    schemas.Trace: examples.TRACE,
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
}


@pytest.mark.parametrize("model", EXAMPLES, ids=lambda model: model.__name__)
def test_example_is_an_answer(model: type[BaseModel]) -> None:
    """Written by hand, so that it shows what a reader gets; it must not drift from what is sent."""
    made = model.model_validate(EXAMPLES[model], by_alias=True, by_name=True)
    assert made.model_dump(mode="json", by_alias=True, exclude_unset=True).keys() == EXAMPLES[model].keys()


async def test_every_answer_has_an_example(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    for path, answer in _answers(document):
        assert answer["content"]["application/json"]["example"], path
        assert answer["content"]["application/json"]["schema"], path


def _answers(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        yield path, operations["get"]["responses"]["200"]
        assert "422" not in operations["get"]["responses"]
