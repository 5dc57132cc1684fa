"""Paths that the clients call, as their released versions do, and the routes behind them.

A route is the type of message that a body without `type` holds, `batch`, `import`, or `capture` for PostHog.
"""

from collections.abc import Mapping

from leadtrace_ingest.senders.segment.message import TYPES

BATCH, IMPORT, CAPTURE = "batch", "import", "capture"

_VERBS = {verb: verb for verb in (*TYPES, BATCH, IMPORT)}
# How Segment's browser library shortens them.
_SHORT = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": BATCH}
_CAPTURE = ("batch", "capture", "e", "i/v0/e")


def paths() -> Mapping[str, str]:
    """Every path with its route, each with and without a slash at its end."""
    bare = {f"/v1/{verb}": route for verb, route in (_VERBS | _SHORT).items()}
    bare |= {f"/{path}": CAPTURE for path in _CAPTURE}
    return bare | {f"{path}/": route for path, route in bare.items()}
