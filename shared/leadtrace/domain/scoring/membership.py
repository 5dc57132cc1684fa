"""What a lead's own fold remembers for its account: which one it is of, and when the lead last was active."""

from leadtrace.domain.definitions.bounds import ACCOUNT_NAME
from leadtrace.domain.definitions.model import AccountRule
from leadtrace.domain.fact import Fact, Value
from leadtrace.domain.scoring.card import PreparedCard
from leadtrace.domain.scoring.conditions import folded
from leadtrace.domain.scoring.state import ScoreState

_NUL = "\x00"


class Membership:
    """By the account rule of one version; without a rule nothing is remembered."""

    def __init__(self, card: PreparedCard, rule: AccountRule | None) -> None:
        self._card = card
        self._property = None if rule is None else rule.property

    def set_property(self, state: ScoreState, name: str, value: Value) -> None:
        """The lead is of the account that the newest value of the rule's property names; empty: of none."""
        if name == self._property:
            text = "" if value is None else folded(str(value))
            named = 0 < len(text) <= ACCOUNT_NAME and _NUL not in text
            state.member_of = text if named else None

    def add_touch(self, state: ScoreState, fact: Fact) -> None:
        """The lead was active, unless the touchpoint takes points away: who unsubscribes is not looking."""
        if self._property is None or any(one.points < 0 for one in self._card.shown(fact.values)):
            return
        state.touched_at = fact.at
