"""The personal fields of leads as this request may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request

from leadtrace.runtime.key_ring import Key, Scope
from leadtrace_api.keys import shown_key
from leadtrace_api.personal import queries
from leadtrace_api.personal.opening import people
from leadtrace_api.personal.schemas import PersonalFields
from leadtrace_api.reading import Reading
from leadtrace_api.room import Room

_FIELDS = ("email", "phone", "first_name", "last_name", "other")


@dataclass(frozen=True, slots=True)
class Look:
    """What a request sees of each lead; `key` is whose look it is, None where everything is masked."""

    fields: Mapping[UUID, PersonalFields]
    key: Key | None
    route: str

    async def record(self, room: Room) -> None:
        """Record the look, if it is one. Nothing may be shown before, and no other connection held."""
        if self.key is not None and self.fields:
            await queries.note_read(room.engine, self.key, list(self.fields), self.route)


async def look_at(request: Request, room: Room, now: Reading, leads: Sequence[UUID]) -> Look:
    """The fields of these leads, masked without a key of scope `read:pii`.

    Raises:
        UnavailableError: this process lacks the master key.
    """
    erased = await queries.erased_at(now, leads) if leads else {}
    route = request.scope["route"].path
    key = shown_key(request, room)
    if key is None or Scope.READ_PERSONAL not in key.scopes:
        masked = {lead: PersonalFields(masked=True, erased_at=erased.get(lead)) for lead in leads}
        return Look(masked, None, route)
    known = await people(now, room.vault, leads) if leads else {}
    shown = {}
    for lead in leads:
        person = known.get(lead)
        fields = {} if person is None else {name: getattr(person, name) for name in _FIELDS}
        shown[lead] = PersonalFields(masked=False, erased_at=erased.get(lead), **fields)
    return Look(shown, key, route)
