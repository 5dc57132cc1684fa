"""Finds leads by the words of their people's names and companies, which stand here as digests only."""

from typing import Any

from fastapi import Request
from sqlalchemy import ARRAY, ColumnElement, LargeBinary, Uuid, bindparam, column, false, select, table

from leadtrace.runtime.key_ring import Scope
from leadtrace.runtime.vault.search_words import SEARCH_KEY_ID, digest_of, words_of
from leadtrace_api.keys import key_required, scope_missing, shown_key
from leadtrace_api.personal import queries
from leadtrace_api.problems import ParameterError
from leadtrace_api.reading import Reading
from leadtrace_api.room import Room

_WORDS = table(
    "pub_search_words", column("words", ARRAY(LargeBinary)), column("subject_key", Uuid), schema="ingest"
)
_SUBJECTS = table("pub_subjects", column("subject_key", Uuid), column("entity_id", Uuid), schema="ingest")


def check_may_search(request: Request, room: Room) -> None:
    """Let who may know who leads are search for them.

    Raises:
        KeyRequiredError: no live key is shown, on this machine too.
        ScopeMissingError: the key may not read personal fields.
        UnavailableError: this process could not read the keys yet.
    """
    key = shown_key(request, room)
    if key is None:
        raise key_required(
            Scope.READ_PERSONAL, what="Searching for people", rule="Who is found is named by what was asked."
        )
    if Scope.READ_PERSONAL not in key.scopes:
        raise scope_missing(Scope.READ_PERSONAL, what="Searching for people")


async def found_by(
    room: Room, now: Reading, asked: str, lead_id: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    """The conditions of the leads that have every word that is asked for, among the words of any record.

    Raises:
        ParameterError: nothing in it is a word.
        UnavailableError: this process lacks the master key.
    """
    words = sorted(words_of(asked))
    if not words:
        raise ParameterError(
            "q holds no word.",
            parameter="q",
            rule="Words are made of letters and digits.",
            remedy="Ask for a name or a company.",
        )
    key = room.vault.secret(await queries.wrapped_keys(now, [SEARCH_KEY_ID]), SEARCH_KEY_ID)
    if key is None:
        # Nobody was told of yet.
        return [false()]
    return [_has(lead_id, place, digest_of(key, word)) for place, word in enumerate(words)]


def _has(lead_id: ColumnElement[Any], place: int, digest: bytes) -> ColumnElement[bool]:
    """A record of the lead has the word."""
    digests = bindparam(f"word_{place}", [digest], type_=ARRAY(LargeBinary))
    return lead_id.in_(
        select(_SUBJECTS.c.entity_id)
        .join(_WORDS, _WORDS.c.subject_key == _SUBJECTS.c.subject_key)
        .where(_WORDS.c.words.op("@>")(digests))
    )
