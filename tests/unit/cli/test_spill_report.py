"""`leadtrace status` says what waits in the spill, and what it could not learn."""

from io import StringIO

import httpx
from rich.console import Console

from leadtrace.cli.spill_report import SpillReport, ask_spill, spill_line, spill_table

FILE = {
    "place": "file",
    "usable": True,
    "reason": None,
    "requests": 1_200,
    "bytes": 3_400_000,
    "oldest_age_s": 61.2,
}
TOPIC = {
    "place": "topic",
    "usable": False,
    "reason": "the broker is away",
    "requests": 0,
    "bytes": None,
    "oldest_age_s": 0.0,
}


async def asked(answer: httpx.Response | None) -> SpillReport:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/admin/spill"
        if answer is None:
            raise httpx.ConnectError("nobody listens")
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        return await ask_spill(client, "http://door")


async def test_what_waits_is_told_with_its_age() -> None:
    report = await asked(httpx.Response(200, json={"places": [TOPIC, FILE], "set_aside": 2}))
    line = spill_line(report)
    assert "1,200 requests wait" in line
    assert "61 s" in line
    assert "2 files were set aside" in line
    shown = StringIO()
    Console(width=120, file=shown).print(spill_table(report))
    text = shown.getvalue()
    assert "the broker is away" in text
    assert "3.4" in text


async def test_an_empty_spill_is_one_quiet_line() -> None:
    report = await asked(httpx.Response(200, json={"places": [TOPIC], "set_aside": 0}))
    assert spill_line(report) == "spill: nothing waits"


async def test_what_cannot_be_learnt_is_said() -> None:
    assert "does not answer" in spill_line(await asked(None))
    assert "answers 401" in spill_line(await asked(httpx.Response(401)))
