"""The page at `/`: open to everybody, kept as long as it is the same, and nothing foreign in it."""

import re

import httpx
import pytest

from leadtrace_api.dashboard.files import BUILT
from tests.unit.api.conftest import MakeClient


@pytest.mark.parametrize("how", [{}, {"embedded": False}, {"address": "192.0.2.7"}])
async def test_everybody_gets_the_page_and_its_assets_but_no_number(
    make_client: MakeClient, how: dict[str, bool | str]
) -> None:
    async with make_client(**how) as client:
        page = await client.get("/")
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        named = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)
        assert sorted(name.rpartition(".")[2] for name in named) == ["css", "js"]
        for name in named:
            asset = await client.get(name)
            assert (asset.status_code, asset.headers["x-content-type-options"]) == (200, "nosniff")
            assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_nothing_inline_and_nothing_foreign_runs(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    rules = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert {rules[f"{kind}-src"] for kind in ("script", "style", "connect")} == {"'self'"}
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", page.text)


@pytest.mark.parametrize("path", sorted(BUILT.rglob("*.*")), ids=lambda path: path.name)
def test_no_built_file_names_another_host(path: object) -> None:
    """Addresses of vocabularies are names that nobody asks for."""
    text = BUILT.joinpath(str(path)).read_text()
    assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://www.w3.org"}


async def test_a_file_that_is_not_there_is_said_to_be(client: httpx.AsyncClient) -> None:
    for name in ("page-00000000.js", "..%2Ffiles.py"):
        answer = await client.get(f"/assets/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_the_documentation_stays(client: httpx.AsyncClient) -> None:
    assert (await client.get("/docs")).status_code == 200
