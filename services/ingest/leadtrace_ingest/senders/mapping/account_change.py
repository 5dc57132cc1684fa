"""Changes of an account's record."""

from leadtrace.events.account import AccountUpdated
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.change import RecordChange
from leadtrace_ingest.senders.mapping.file import FieldRule, Meaning


class AccountChange(RecordChange):
    """What became of one account's record in one item; it names no links of its own."""

    def drafts(self, *, created: bool = False, asserted: bool = False) -> tuple[Draft, ...]:
        """The one event."""
        del asserted
        if not created and not self._fields:
            return ()
        updated = AccountUpdated(created=created, **self._fields.block())
        return (self._drafting.event(self._subject, updated),)

    def _mean(self, field: str, text: str, rule: FieldRule) -> None:
        match rule.means:
            case Meaning.PROPERTY:
                self._property(field, text, rule)
            case Meaning.PERSONAL:
                self._personal(field, text, rule)
                self._fields.derive(text, rule, self._mapping)
            case _:
                self._ignored(field, text, rule)
