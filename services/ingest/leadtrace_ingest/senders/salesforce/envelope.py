"""Reading the SOAP envelope of an Outbound Message.

DTD, entities and anything external are refused before they are looked at, and nothing but the levels that
Salesforce documents is taken: one `notifications` of one organisation, with its notifications in order. The
door asks twice of one body, whose it is and how many items it has, and parses it once.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ErrorString

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.salesforce.broken import Broken
from leadtrace_ingest.senders.salesforce.record_id import long_id
from leadtrace_ingest.senders.salesforce.session import looks_like_xml

_LEVELS = ("Envelope", "Body", "notifications", "Notification", "sObject")
_MESSAGE, _NOTIFICATION, _OBJECT = 3, 4, 5
_DEEPEST = 8  # a field of an address is at 7
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TYPE, _NIL = f"{_XSI}type", f"{_XSI}nil"
_TRUE = frozenset({"true", "1"})
# As it stands in bytes that are no XML that may be read.
_ORGANIZATION = re.compile(
    rb"<(?:[\w.-]+:)?OrganizationId(?:\s[^<>]*)?>\s*([0-9A-Za-z]{15,18})\s*</(?:[\w.-]+:)?OrganizationId\s*>"
)


class BrokenEnvelopeError(ValueError):
    """The body is no envelope of an Outbound Message."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.detail)
        self.broken = broken


class Notification(msgspec.Struct, frozen=True, gc=False):
    """One notification with what it needs of the message around it, ids as they came.

    `fields` are those of the sObject, an inner one under `<field>.<inner field>`, a nil one empty.
    """

    organization: str
    action: str
    id: str
    object: str
    fields: Mapping[str, str]


def organization_of(body: bytes) -> str | None:
    """The long id of the organisation that a body says it comes from; None if it says none or several."""
    if not looks_like_xml(body):
        return None
    read = _read(body)
    if read.organization is not None:
        return long_id(read.organization)
    if read.broken is None:
        return None
    # What cannot be parsed goes to quarantine, but not on behalf of just anybody.
    found = {long_id(one.decode()) for one in _ORGANIZATION.findall(body)}
    return found.pop() if len(found) == 1 else None


def read_envelope(body: bytes) -> Sequence[tuple[bytes, Notification]]:
    """The notifications of a body, each with its own bytes.

    Raises:
        BrokenEnvelopeError: it is no XML that may be read, or no Outbound Message.
    """
    read = _read(body)
    if read.broken is not None:
        raise BrokenEnvelopeError(read.broken)
    if read.organization is None:
        raise _not_xml("notifications: required, with an OrganizationId")
    return read.notifications


class _Read(msgspec.Struct, frozen=True, gc=False):
    """What a body says, up to where it is broken, if it is."""

    organization: str | None
    notifications: Sequence[tuple[bytes, Notification]] = ()
    broken: Broken | None = None


# One, since the door asks all that it asks of one body before it turns to the next.
@lru_cache(maxsize=1)
def _read(body: bytes) -> _Read:
    reader = _Reader(body)
    try:
        reader.read()
    except BrokenEnvelopeError as error:
        return _Read(reader.organization, broken=error.broken)
    organization = reader.organization or ""
    return _Read(
        reader.organization,
        tuple(
            (raw, Notification(organization, reader.action, *facts)) for raw, facts in reader.notifications
        ),
    )


class _Reader:
    """The target of the parser: follows the levels and takes the text of what has no elements inside."""

    def __init__(self, body: bytes) -> None:
        self.organization: str | None = None
        self.action = ""
        self.notifications: list[tuple[bytes, tuple[str, str, dict[str, str]]]] = []
        self._body = body
        self._path: list[str] = []
        self._matched = 0  # how many of the levels the path goes through
        self._text: list[str] = []
        self._is_leaf = self._is_nil = False
        self._messages = self._begin = 0
        self._id = self._object = ""
        self._fields: dict[str, str] = {}
        # A declared encoding is not believed: what blanks secrets reads bytes as UTF-8.
        self._parser = DefusedXMLParser(target=self, encoding="utf-8", forbid_dtd=True)

    def read(self) -> None:
        """Read the whole body.

        Raises:
            BrokenEnvelopeError: it is no XML that may be read, or of another form.
        """
        try:
            self._parser.feed(self._body)
            self._parser.close()
        except DefusedXmlException:
            raise _not_xml("DTD, entities and references to other documents are refused") from None
        except ParseError as error:
            line, column = error.position
            raise _not_xml(f"{ErrorString(error.code)} in line {line}, column {column}") from None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition("}")[2]
        self._path.append(name)
        depth = len(self._path)
        if depth > _DEEPEST:
            detail = f"elements are nested deeper than {_DEEPEST}"
            raise BrokenEnvelopeError(Broken(Reason.TOO_DEEP, detail))
        self._text, self._is_leaf = [], True
        self._is_nil = attributes.get(_NIL, "").strip() in _TRUE
        if self._matched == depth - 1 < len(_LEVELS) and name == _LEVELS[depth - 1]:
            self._matched = depth
            self._enter(depth, attributes)
        elif depth == 1:
            raise _not_xml("the root must be a SOAP Envelope")

    def data(self, text: str) -> None:
        """Text, perhaps a part of it."""
        self._text.append(text)

    def end(self, _: str) -> None:
        """An element ends."""
        depth = len(self._path)
        if self._matched == depth:
            self._matched -= 1
            if depth == _NOTIFICATION:
                self._leave()
        elif self._is_leaf:
            self._take(depth, "" if self._is_nil else "".join(self._text))
        self._path.pop()
        self._is_leaf = False

    def close(self) -> None:
        """The parser asks for a result; it stands in the attributes."""

    def _enter(self, depth: int, attributes: dict[str, str]) -> None:
        if depth == _MESSAGE:
            self._messages += 1
            if self._messages > 1:
                raise _not_xml("notifications: only one")
        elif depth == _NOTIFICATION:
            self._id, self._object, self._fields = "", "", {}
            self._begin = self._parser.parser.CurrentByteIndex
        elif depth == _OBJECT:
            self._object = attributes.get(_TYPE, "").rpartition(":")[2].strip()

    def _leave(self) -> None:
        end = self._parser.parser.CurrentByteIndex
        # The parser stands before an end tag, but behind a tag that is both begin and end.
        if not (self._is_leaf and self._body[self._begin : end].endswith(b"/>")):
            end = self._body.find(b">", end) + 1
        self.notifications.append((self._body[self._begin : end], (self._id, self._object, self._fields)))

    def _take(self, depth: int, text: str) -> None:
        match self._matched, self._path[-1]:
            case 3, "OrganizationId" if depth == _MESSAGE + 1:
                self._take_organization(text)
            case 3, "ActionId" if depth == _MESSAGE + 1:
                self.action = text.strip()
            case 4, "Id" if depth == _NOTIFICATION + 1:
                self._id = text.strip()
            case 5, _:
                self._fields[".".join(self._path[_OBJECT:])] = text

    def _take_organization(self, text: str) -> None:
        if self.organization is not None:
            raise _not_xml("OrganizationId: only one")
        self.organization = text.strip()


def _not_xml(detail: str) -> BrokenEnvelopeError:
    return BrokenEnvelopeError(Broken(Reason.NOT_XML, detail))
