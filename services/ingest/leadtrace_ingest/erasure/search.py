"""What raw bytes are searched for, so that everything that names the person is found, whoever it is about.

Addresses and numbers count wherever they stand, a name where all of it stands, the id of a record where its
own sender names it. A short id counts only as the value of a member that is called an id.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from uuid import UUID

import msgspec

from leadtrace.events.personal import Personal
from leadtrace.runtime.vault.sealing import Sealed, open_once, seal_once
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace_ingest.identity.after_erasure import before_erasures
from leadtrace_ingest.identity.subject import Subject

_SHORTEST = 4
_SHORTEST_ID = 8
_FEWEST_DIGITS = 7
_DIGITS = re.compile(r"\d")
_NO_WORD = rb"(?<![0-9A-Za-z])%s(?![0-9A-Za-z])"
_MEMBER = rb"id\"?\s*[:=>]\s*\"?%s(?![0-9A-Za-z])"


class Search(msgspec.Struct, frozen=True, dict=True):
    """Texts of which one is enough, names whose parts must all be there, and ids of records by sender."""

    texts: tuple[str, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()
    ids: tuple[tuple[str, str], ...] = ()

    def is_in(self, raw: bytes, sender: str) -> bool:
        """Whether the bytes, of this sender, name the person."""
        lower = raw.lower()
        if any(any(form in lower for form in forms) for forms in self._texts):
            return True
        if any(all(any(form in lower for form in forms) for forms in name) for name in self._names):
            return True
        return any(pattern.search(lower) for owner, pattern in self._ids if owner == sender)

    @cached_property
    def _texts(self) -> list[tuple[bytes, ...]]:
        return [_forms(text) for text in self.texts]

    @cached_property
    def _names(self) -> list[list[tuple[bytes, ...]]]:
        return [[_forms(part) for part in name] for name in self.names]

    @cached_property
    def _ids(self) -> list[tuple[str, re.Pattern[bytes]]]:
        found = []
        for sender, one in self.ids:
            around = _NO_WORD if len(one) >= _SHORTEST_ID else _MEMBER
            found += [(sender, re.compile(around % re.escape(form))) for form in _forms(one)]
        return found


def search_for(subjects: Iterable[Subject], blocks: Sequence[Personal], senders: Iterable[str]) -> Search:
    """What to search for, of a person with these subjects and personal blocks in clear.

    `senders` are those who told of the person: in what they post an id is one of theirs.
    """
    texts: set[str] = set()
    names: set[tuple[str, ...]] = set()
    for block in blocks:
        texts.update(text for text in (block.email, block.phone) if text)
        texts.update(text for text in block.other.values() if _reaches_somebody(text))
        if block.first_name and block.last_name:
            names.add((block.first_name, block.last_name))
    firsts = {block.first_name for block in blocks if block.first_name}
    lasts = {block.last_name for block in blocks if block.last_name}
    names.update((first, last) for first in firsts for last in lasts)
    plain = [before_erasures(subject)[0] for subject in subjects]
    return Search(
        tuple(sorted(text for text in texts if len(text) >= _SHORTEST)),
        tuple(sorted(names)),
        tuple(sorted({(sender, one.external_id) for one in plain for sender in senders})),
    )


def sealed_search(wrapper: KeyWrapper, erasure_id: UUID, search: Search) -> Sealed:
    """The search as it is kept until it is done."""
    return seal_once(wrapper, msgspec.json.encode(search), erasure_id.bytes)


def opened_search(wrapper: KeyWrapper, erasure_id: UUID, sealed: Sealed) -> Search:
    """What `sealed_search` sealed."""
    return msgspec.json.decode(open_once(wrapper, sealed, erasure_id.bytes), type=Search)


def _reaches_somebody(text: str) -> bool:
    return "@" in text or len(_DIGITS.findall(text)) >= _FEWEST_DIGITS


def _forms(text: str) -> tuple[bytes, ...]:
    """The text as bytes of JSON, XML or CSV may hold it, in lower case as far as ASCII goes."""
    escaped = msgspec.json.encode(text)[1:-1]
    ascii_only = text.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
    return tuple({form.lower() for form in (text.encode(), escaped, ascii_only)})
