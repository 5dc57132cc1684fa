"""One rule of a file: when it holds, at which time, and what it does then."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import IgnoredError, RefusedError
from leadtrace_ingest.senders.generic.expression import Expression
from leadtrace_ingest.senders.generic.moment import Moment
from leadtrace_ingest.senders.generic.record_action import resuffixed
from leadtrace_ingest.senders.generic.telling import Action, Telling
from leadtrace_ingest.senders.item import Draft


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; `label` names it to people."""

    label: str
    when: Expression | None
    time: Moment | None
    actions: Sequence[Action]

    def holds(self, item: Any) -> bool:
        """Whether the rule is about this item.

        Raises:
            RefusedError: `when` cannot be worked out for it.
        """
        return self.when is None or self.when.holds(item)

    def drafts(self, telling: Telling) -> list[Draft]:
        """The events of all its actions; an action that says nothing is passed.

        Raises:
            IgnoredError: none of them says anything.
            RefusedError: something is missing, cannot be read or has no row in the file.
        """
        if self.time is not None:
            own = self.time.interval(telling.item)
            if own is None:
                raise IgnoredError(Reason.NOTHING_KEPT)
            telling = replace(telling, time=own)
        found: list[Draft] = []
        ignored: IgnoredError | None = None
        for number, action in enumerate(self.actions):
            try:
                drafts = action.drafts(telling)
            except IgnoredError as error:
                ignored = ignored or error
                continue
            except RefusedError as error:
                raise RefusedError(error.reason, self._placed(error.detail)) from None
            found += resuffixed(drafts, f".a{number}") if number else drafts
        if ignored is not None and not found:
            raise ignored
        return found

    def _placed(self, detail: str) -> str:
        """The detail with the rule that it is about, unless it names it already."""
        return detail if detail.startswith("rules[") else f"{self.label}: {detail}"
