"""Blanking `SessionId`: it lets whoever reads it into the organisation, so it is never stored.

Works on bytes, well-formed or not; where it cannot tell where the element ends it takes the rest.
"""

import re
from collections.abc import Iterator

_NAME = b"sessionid"
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_BLANK = b"<SessionId/>"
# As Salesforce writes it if no session is asked for: nothing to blank, and the body stays the one that came.
_NIL = b'<SessionId xsi:nil="true"/>'
# Where something begins in which a tag is no tag, or a tag of the element, whatever its prefix.
_BEGIN = re.compile(
    rb"<(?:(?P<comment>!--)|(?P<data>!\[CDATA\[)|(?P<pi>\?)|(?P<close>/?)(?:[^\s<>/:!?\"']+:)?SessionId(?=[\s/>]|\Z))",
    re.IGNORECASE,
)
_ENDS = {"comment": b"-->", "data": b"]]>", "pi": b"?>"}
_TAG_END = re.compile(rb"(?>[^\"'>]|\"[^\"]*\"|'[^']*')*+>")


def looks_like_xml(body: bytes) -> bool:
    """Whether the first thing in the body is a tag."""
    return _XML.match(body) is not None


def without_session(body: bytes) -> bytes:
    """The body with every `SessionId` element empty; JSON, which holds none, is left alone."""
    if not looks_like_xml(body) or _NAME not in body.lower():
        return body
    kept: list[bytes] = []
    start = 0
    for begin, end in _elements(body):
        if body[begin:end] != _NIL:
            kept += (body[start:begin], _BLANK)
            start = end
    return b"".join((*kept, body[start:])) if kept else body


def _elements(body: bytes) -> Iterator[tuple[int, int]]:
    """Where the outermost elements begin and end."""
    at = begin = depth = 0
    endless: set[str] = set()
    while (match := _BEGIN.search(body, at)) is not None:
        kind = match.lastgroup or ""
        if kind in _ENDS:
            # What has no end hides nothing; it is looked for once, or the time would grow with the square.
            end = -1 if kind in endless else body.find(_ENDS[kind], match.end())
            if end < 0 and depth:
                break
            if end < 0:
                endless.add(kind)
            at = match.end() if end < 0 else end + len(_ENDS[kind])
            continue
        if depth == 0:
            begin = match.start()
        tag = _TAG_END.match(body, match.end())
        if tag is None:
            depth = 1
            break
        at = tag.end()
        depth += _deeper(closing=bool(match["close"]), empty=tag.group().endswith(b"/>"))
        if depth <= 0:
            yield begin, at
            depth = 0
    if depth:
        yield begin, len(body)


def _deeper(*, closing: bool, empty: bool) -> int:
    if closing:
        return -1
    return 0 if empty else 1
