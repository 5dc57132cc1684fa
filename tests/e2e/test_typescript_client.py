"""The TypeScript client: its types are those of the api, it compiles strictly, and it reads real numbers."""

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from leadtrace.testing.installation import Installation
from tests.house.checkout import ROOT

pytestmark = pytest.mark.slow

CLIENT = ROOT / "docs" / "clients" / "typescript"
_DEADLINE_S = 300.0


async def run(*command: str | Path, folder: Path = ROOT) -> str:
    """What a command prints; it fails with what it says."""
    words: Sequence[str] = [str(word) for word in command]
    done = await asyncio.to_thread(
        subprocess.run, words, cwd=folder, capture_output=True, text=True, timeout=_DEADLINE_S
    )
    assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
    return done.stdout


async def test_its_types_are_those_of_the_api() -> None:
    await run("scripts/client", "--check")


async def test_it_compiles_and_reads_what_the_api_tells(shared: Installation, tmp_path: Path) -> None:
    await run("scripts/setup_node", CLIENT.relative_to(ROOT))
    bin_ = CLIENT / "node_modules" / ".bin"
    await run(bin_ / "tsc", "--outDir", tmp_path, folder=CLIENT)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules").symlink_to(CLIENT / "node_modules")
    printed = await run("node", tmp_path / "example.js", shared.api)
    total = (await shared.get("/v1/funnel"))["total"]
    customers = next(row["reached"] for row in total["stages"] if row["stage"] == "customer")
    assert f"customers: {customers}" in printed


async def test_a_wrong_name_does_not_compile(tmp_path: Path) -> None:
    await run("scripts/setup_node", CLIENT.relative_to(ROOT))
    for name in ("leadtrace.ts", "schema.d.ts", "tsconfig.json", "package.json"):
        (tmp_path / name).write_bytes((CLIENT / name).read_bytes())
    (tmp_path / "node_modules").symlink_to(CLIENT / "node_modules")
    (tmp_path / "wrong.ts").write_text(
        'import { leadtrace } from "./leadtrace.js";\n'
        'await leadtrace("http://none").GET("/v1/funnel", { params: { query: { buy: "channel" } } });\n'
    )
    with pytest.raises(AssertionError, match="buy"):
        await run(CLIENT / "node_modules" / ".bin" / "tsc", "--noEmit", folder=tmp_path)
