"""What a lead's own events say of its hands, as the fold remembers them between events."""

from collections import Counter

import msgspec

# More than any team passes a lead around; older ones are left out, the newest kept.
HAND_LIMIT = 500
# Contacts beyond it are routine: the first and the newest are remembered.
CONTACT_LIMIT = 500
PROPERTY_LIMIT = 100


class Hand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A `handover.*` or `lead.owner_changed` at `at` (µs): whose, by whom, and why."""

    at: int
    code: int
    event: str
    team: str | None = None
    owner: str | None = None
    partner: str | None = None
    actor: str | None = None
    reason: str | None = None


class Routable(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A property that routes read has another value from `at` (µs) on; None: it has none."""

    at: int
    name: str
    value: str | None


class HandsState(msgspec.Struct, array_like=True, gc=False):
    """All that custody reads of a lead's own events, in folding order.

    `gone` are the moments at which the last of the lead's records was deleted or one came back; `erased`
    the moment of its person's erasure.
    """

    hands: list[Hand] = []
    hands_omitted: int = 0
    contacts: list[int] = []
    properties: list[Routable] = []
    gone: list[tuple[int, bool, str]] = []
    erased: tuple[int, str] | None = None

    def take_hand(self, hand: Hand) -> None:
        """One more event about hands."""
        self.hands.append(hand)
        if len(self.hands) > HAND_LIMIT:
            del self.hands[0]
            self.hands_omitted += 1

    def take_contact(self, at: int) -> None:
        """One more genuine contact; beyond the limit one of the middle is left out."""
        self.contacts.append(at)
        if len(self.contacts) > CONTACT_LIMIT:
            del self.contacts[CONTACT_LIMIT // 2]

    def take_property(self, at: int, name: str, value: str | None) -> None:
        """A property that routes may read, if it changes; of too many changes one between is left out."""
        known = [one.value for one in self.properties if one.name == name]
        if (known[-1] if known else None) == value:
            return
        self.properties.append(Routable(at, name, value))
        if len(self.properties) > PROPERTY_LIMIT:
            self._forget_a_change()

    def value_of(self, name: str) -> str | None:
        """What a property is now; None where nothing is known of it."""
        return next((one.value for one in reversed(self.properties) if one.name == name), None)

    def _forget_a_change(self) -> None:
        """The oldest that is neither the first nor the newest of its property: there always is one."""
        left = Counter(one.name for one in self.properties)
        begun: set[str] = set()
        for place, one in enumerate(self.properties):
            left[one.name] -= 1
            if one.name in begun and left[one.name]:
                del self.properties[place]
                return
            begun.add(one.name)

    def take_presence(self, at: int, event: str, *, gone: bool) -> None:
        """Whether the lead is gone after an event."""
        was = self.gone[-1][1] if self.gone else False
        if gone != was:
            self.gone.append((at, gone, event))
