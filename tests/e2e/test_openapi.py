"""The documents that a frontend developer builds upon: 3.1, complete, and every example is a true answer."""

import re
from typing import Any

import httpx
import pytest

from leadtrace.testing.installation import Installation
from tests.e2e.openapi_walk import Content, contents, misfits

pytestmark = pytest.mark.slow

JSON = "application/json"
PROBLEM = "application/problem+json"


async def document(installation: Installation, process: str) -> dict[str, Any]:
    """What a process tells of its routes."""
    async with httpx.AsyncClient(timeout=10.0) as client:
        answer = await client.get(f"http://127.0.0.1:{installation.ports[process]}/openapi.json")
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def is_success(content: Content) -> bool:
    """Whether this is the body of an answer of the 2xx family."""
    return content.where.split()[-1].startswith("2") and content.media_type == JSON


@pytest.mark.parametrize("process", ["api", "ingest"])
class TestDocument:
    async def test_is_of_version_3_1_and_names_itself(self, shared: Installation, process: str) -> None:
        found = await document(shared, process)
        assert found["openapi"].startswith("3.1")
        assert found["info"]["title"]
        assert found["info"]["version"]

    async def test_every_route_says_what_it_is_for(self, shared: Installation, process: str) -> None:
        for path, operations in (await document(shared, process))["paths"].items():
            for operation in operations.values():
                assert operation["summary"], path
                assert operation["description"], path
                nameless = [one["name"] for one in operation.get("parameters", ()) if not _explained(one)]
                assert not nameless, (path, nameless)

    async def test_every_success_has_an_example(self, shared: Installation, process: str) -> None:
        found = [content for content in contents(await document(shared, process)) if is_success(content)]
        assert found
        assert not [content.where for content in found if not content.examples]

    async def test_every_example_fits_its_schema(self, shared: Installation, process: str) -> None:
        told = await document(shared, process)
        for content in contents(told):
            for example in content.examples:
                assert not list(misfits(example, content.schema, told)), content.where

    async def test_every_refusal_is_a_problem_document(self, shared: Installation, process: str) -> None:
        refusals = [
            content
            for content in contents(await document(shared, process))
            if content.where.split()[-1][0] in "45d"
        ]
        assert refusals
        assert {content.media_type for content in refusals} == {PROBLEM}

    async def test_a_page_shows_it(self, shared: Installation, process: str) -> None:
        async with httpx.AsyncClient(
            timeout=10.0, base_url=f"http://127.0.0.1:{shared.ports[process]}"
        ) as client:
            page = (await client.get("/docs")).text
            assert "/openapi.json" in page
            asked_for = re.findall(r'(?:src|href)="([^"]+)"', page)
            assert len(asked_for) >= 3
            for address in asked_for:
                # From here: it works where there is no internet.
                assert address.startswith("/"), address
                assert (await client.get(address)).status_code == 200, address


def _explained(parameter: dict[str, Any]) -> bool:
    return bool(parameter.get("description") or parameter["schema"].get("description"))


async def test_what_the_api_answers_is_what_it_documents(shared: Installation) -> None:
    told = await document(shared, "api")
    schemas = {content.where: content.schema for content in contents(told) if is_success(content)}
    definitions = ("/v1/definitions", "/v1/definitions/disagreements", "/v1/metrics", "/v1/models")
    for path in (
        "/v1/funnel",
        "/v1/velocity",
        "/v1/leads",
        "/v1/accounts",
        "/v1/audit/conservation",
        *definitions,
    ):
        answer = await shared.get(path)
        assert not list(misfits(answer, schemas[f"GET {path} 200"], told)), path
