"""Salesforce's record ids: 15 characters whose case counts, or 18, the last three telling case from them.

Both forms name one record, so everything here bears the longer one; what a sender gives as its last three
characters is never trusted.
"""

import re

SHORT = 15
NO_RECORD = "000000000000000AAA"  # what an overflow event gives instead of an id

_FORM = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_CHUNK = 5


def long_id(text: str) -> str | None:
    """The 18 characters of an id in either form; None if it is none."""
    text = text.strip()
    if not _FORM.fullmatch(text):
        return None
    short = text[:SHORT]
    return short + "".join(_SUFFIX[_capitals(short[at : at + _CHUNK])] for at in range(0, SHORT, _CHUNK))


def referred(text: str) -> str:
    """The long form of an id; any other text as it is."""
    return long_id(text) or text


def _capitals(chunk: str) -> int:
    return sum(1 << place for place, char in enumerate(chunk) if "A" <= char <= "Z")
