"""The documentation: every answer has an example, and the example is one that the schema takes."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from leadtrace_api.audit import schemas as audit
from leadtrace_api.explain import schemas as explain
from leadtrace_api.funnel import schemas as funnel
from leadtrace_api.intake import schemas as intake
from leadtrace_api.knowledge import restatement_schemas as restatements
from leadtrace_api.knowledge import score
from leadtrace_api.leads import examples, schemas
from leadtrace_api.personal import schemas as personal

EXAMPLES: dict[type[BaseModel], dict[str, Any]] = {
    funnel.Funnel: funnel.EXAMPLE,
    schemas.Leads: examples.LEADS,
    schemas.Lead: examples.LEAD,
    schemas.Trace: examples.TRACE,
    score.ScoreThen: score.EXAMPLE,
    restatements.Restatements: restatements.EXAMPLE,
    intake.Intake: intake.EXAMPLE,
    explain.Explanation: explain.EXAMPLE,
    audit.Conservation: audit.EXAMPLE,
    personal.PersonalReads: personal.EXAMPLE,
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
