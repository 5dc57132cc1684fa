"""Changes of an account's record."""

from leadtrace.events.account import AccountUpdated
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.change import Fields
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import FieldRule, Meaning


class AccountChange:
    """What became of one account's record in one item."""

    def __init__(self, drafting: Drafting, subject: Subject, mapping: Mapping) -> None:
        self._drafting = drafting
        self._subject = subject
        self._mapping = mapping
        self._fields = Fields()

    def take(self, field: str, text: str, rule: FieldRule) -> None:
        """Take one field that the mapping knows.

        Raises:
            IgnoredError: it says nothing.
        """
        del field
        value = rule.values.get(text, text)
        match rule.means:
            case Meaning.PROPERTY:
                self._fields.properties[str(rule.name)] = value or None
            case Meaning.PERSONAL:
                self._fields.personal_field(str(rule.name), value)
                self._fields.derive(value, rule, self._mapping)
            case _:
                raise IgnoredError(Reason.PROPERTY_IGNORED)

    def keep(self, field: str, text: str) -> None:
        """Take one field that the mapping does not know."""
        self._fields.keep(field, text)

    def unlink(self, text: str, rule: FieldRule) -> None:
        """Accounts name no links of their own."""

    def drafts(self, *, created: bool = False, asserted: bool = False) -> tuple[Draft, ...]:
        """The one event."""
        del asserted
        if not created and not self._fields:
            return ()
        updated = AccountUpdated(created=created, **self._fields.block())
        return (self._drafting.event(self._subject, updated),)
