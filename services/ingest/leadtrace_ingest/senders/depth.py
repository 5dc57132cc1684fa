"""How deeply JSON is nested, told without decoding it, and cheaply for what is nested little."""

import re

# A string is passed over whole, closed or not: that keeps the scan linear whatever the bytes are.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"


def is_deeper(raw: bytes, limit: int) -> bool:
    """Whether `raw` begins as JSON and nests more than `limit` arrays and objects in one another."""
    if raw.count(b"[") + raw.count(b"{") <= limit or raw.lstrip()[:1] not in (b"[", b"{"):
        return False
    depth = 0
    for token in _TOKEN.finditer(raw):
        first = raw[token.start()]
        if first in _OPENING:
            depth += 1
            if depth > limit:
                return True
        elif first in _CLOSING:
            depth -= 1
    return False
