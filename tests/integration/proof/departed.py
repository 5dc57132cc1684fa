"""Who was erased, reckoned in plain words: until when what happened is stopped, and who comes back how."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.integration.proof.ledger import Told

_MARK = "#after-erasure-"
_MARKED = re.compile(rf"{_MARK}\d+")
_OF_MANY = "info@"  # such an address names nobody


@dataclass(slots=True)
class Departed:
    """Records by sender and name, such as `crm contact/1`, as they were called when they were erased."""

    names: set[str] = field(default_factory=set)
    _until: dict[str, int] = field(default_factory=dict)
    _times: dict[str, int] = field(default_factory=dict)

    def erase(self, names: Iterable[str], mails: Iterable[str], at: int) -> None:
        """Nothing of these happened after `at` (ms), unless somebody comes back."""
        for name in names:
            self.names.add(name)
            record = sent(name)
            self._until[record] = at
            self._times[record] = self._times.get(record, 0) + 1
        for mail in mails:
            if not mail.startswith(_OF_MANY):
                self._until[mail] = max(self._until.get(mail, 0), at)

    def now(self, record: str) -> str:
        """What a record that its sender names so is called since it was erased."""
        times = self._times.get(record, 0)
        return f"{record}{_MARK}{times}" if times else record

    def until(self, record: str) -> int:
        """When it was erased last (ms), 0 if it never was."""
        return self._until.get(record, 0)

    def stops(self, one: Told) -> bool:
        """Whether the event comes late: it is about the person, and did not happen after the erasure."""
        if one.subject.startswith("deal/"):
            return False
        named = (sent(f"crm {one.subject}"), one.data.get("personal", {}).get("email"))
        return any(one.at <= self._until[name] for name in named if name in self._until)


def sent(text: str) -> str:
    """A record's name, or a whole event, as the sender has it."""
    return _MARKED.sub("", text)
