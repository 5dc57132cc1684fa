"""Records that belong together: a deal's buying group, and the account of leads and deals."""

from collections.abc import Mapping

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, RefusedError, Subject
from leadtrace_ingest.senders.generic.telling import Telling, object_of
from leadtrace_ingest.senders.generic.value import Value, Word, flag_of
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.file import Entity


class LinkAction:
    """Links two records, or each of a list with one: `ends` holds exactly two entities."""

    def __init__(
        self,
        *,
        ends: Mapping[Entity, tuple[Word, Value]],
        role: Value | None,
        primary: bool | Value | None,
        removed: bool | Value | None,
    ) -> None:
        self._ends = ends
        self._role = role
        self._primary = primary
        self._removed = removed

    def drafts(self, telling: Telling) -> list[Draft]:
        """A link or unlink for each pair."""
        found = {entity: self._subjects(entity, telling) for entity in self._ends}
        (one, owners), (_, others) = sorted(found.items(), key=lambda end: _ORDER[end[0]])
        if len(owners) != 1:
            where = self._ends[one][1].where
            raise RefusedError(Reason.MAPPING_FAILED, f"{where}: one {one} is wanted, not {len(owners)}")
        return [self._link(owners[0], other, telling, number) for number, other in enumerate(others)]

    def _subjects(self, entity: Entity, telling: Telling) -> list[Subject]:
        word, id_ = self._ends[entity]
        kind = object_of(word, telling, entity)
        return [Subject(kind, one) for one in id_.ids(telling.item)]

    def _link(self, owner: Subject, other: Subject, telling: Telling, number: int) -> Draft:
        drafting, referred = telling.at_start, Referred(other.kind, other.external_id)
        role = self._role.text(telling.item).strip()[:MAX_NAME] if self._role else ""
        removed = bool(flag_of(self._removed, telling.item))
        primary = bool(flag_of(self._primary, telling.item))
        suffix = f".l{number}"
        if Entity.ACCOUNT not in self._ends:
            return drafting.deal_link(
                owner, referred, removed=removed, role=role or None, primary=primary, suffix=suffix
            )
        lead = referred if Entity.LEAD in self._ends else None
        deal = referred if Entity.DEAL in self._ends else None
        return drafting.account_link(
            owner, lead=lead, deal=deal, removed=removed, role=role or None, primary=primary, suffix=suffix
        )


# Whose event a link is: an account's before a deal's before a lead's.
_ORDER = {Entity.ACCOUNT: 0, Entity.DEAL: 1, Entity.LEAD: 2}
