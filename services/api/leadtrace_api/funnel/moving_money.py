"""The money of days by group and currency, made of another sum by the days that came and those that went."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from leadtrace_api.funnel.day_money import GROUP_BYTES, NO_MONEY, DayMoney, MoneyKey, Revenue
from leadtrace_api.projector.step_codes import Ints


@dataclass(frozen=True)
class MovingMoney:
    """Where each group and currency stands among the amounts, which are never written to once made."""

    places: Mapping[MoneyKey, int]
    amounts: Ints

    @property
    def size(self) -> int:
        """Bytes of memory, nearly."""
        return int(self.amounts.nbytes) + GROUP_BYTES * len(self.places)

    @cached_property
    def revenues(self) -> list[Revenue]:
        """What each group brought in each currency, where it is anything."""
        rows = zip(self.places, self.amounts.tolist(), strict=True)
        return [Revenue(*group, *amounts) for group, amounts in rows if any(amounts)]

    def moved(self, came: Collection[DayMoney], went: Collection[DayMoney]) -> "MovingMoney":
        """The sum with the days that came and without those that went."""
        if not came and not went:
            return self
        groups = [group for one in (*came, *went) for group in one.groups]
        places = dict(self.places)
        for group in groups:
            places.setdefault(group, len(places))
        amounts = np.pad(self.amounts, ((0, len(places) - len(self.places)), (0, 0)))
        more = [*(one.amounts for one in came), *(-one.amounts for one in went)]
        np.add.at(amounts, [places[group] for group in groups], np.concatenate(more))
        # What a refund has made nothing may be less when the sale's day goes: it is put in again then.
        held = np.any(amounts, axis=1)
        left = [group for group, is_held in zip(places, held.tolist(), strict=True) if is_held]
        return MovingMoney({group: place for place, group in enumerate(left)}, amounts[held])


NO_MONEY_AT_ALL: Final = MovingMoney({}, NO_MONEY.amounts)
