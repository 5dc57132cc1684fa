"""The CloudEvents SDKs: the one for JavaScript in a process of its own, those for Python in this one."""

import asyncio
import fcntl
import functools
import subprocess
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from cloudevents.core.bindings import http
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1.conversion import to_binary, to_structured
from cloudevents.v1.http import CloudEvent as OlderCloudEvent

from tests.house.checkout import ROOT
from tests.unit.ingest.event_items import KEY

_JAVASCRIPT = ROOT / "tests" / "sdk" / "cloudevents_js"
_DEADLINE_S = 90


class Message(NamedTuple):
    """A request as an SDK makes it."""

    headers: Mapping[str, str]
    body: bytes


def python_messages(attributes: Mapping[str, object], data: Mapping[str, object]) -> list[Message]:
    """An event in both modes."""
    event = CloudEvent(attributes=dict(attributes), data=dict(data))
    binary, structured = http.to_binary_event(event), http.to_structured_event(event)
    return [Message(binary.headers, binary.body), Message(structured.headers, structured.body)]


def older_python_messages(attributes: Mapping[str, object], data: Mapping[str, object]) -> list[Message]:
    """An event in both modes, by the package's first interface, which puts texts into headers as they are."""
    event = OlderCloudEvent({name: str(value) for name, value in attributes.items()}, dict(data))
    return [Message(*to_binary(event)), Message(*to_structured(event))]


def install_javascript() -> None:
    """Install what the lock names; quick when it is done. No package may run code of its own meanwhile."""
    lock = (_JAVASCRIPT / "package-lock.json").read_bytes()
    digest, done = sha256(lock).hexdigest(), _JAVASCRIPT / "node_modules" / ".installed"
    with (_JAVASCRIPT / "package.json").open() as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not done.is_file() or done.read_text() != digest:
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=_JAVASCRIPT, check=True)
            done.write_text(digest)


async def drive_javascript(address: str, count: int) -> None:
    """Have the SDK deliver `count` events, each in both modes, to `address`."""
    command = ["node", str(_JAVASCRIPT / "drive.mjs"), address, KEY, str(count)]
    run = functools.partial(subprocess.run, capture_output=True, text=True, timeout=_DEADLINE_S)
    done = await asyncio.to_thread(run, command)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
