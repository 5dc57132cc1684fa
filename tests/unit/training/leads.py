"""Made-up leads whose industry and touches bear on whether they are won, as facts or as rows, from a seed."""

from collections.abc import Sequence

import numpy as np

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.fact import Fact
from leadtrace.domain.predict.dataset import Dataset, Row, Subject
from leadtrace.domain.predict.features import Features, Plan
from leadtrace.domain.predict.outcome import Ending
from leadtrace.domain.predict.training import Request
from leadtrace.events.catalogue import Code

SEED = 20_260_101
START = 20_000 * DAY_US
INDUSTRIES = ("retail", "fishing", "software", None)
_BEARING = {"retail": 1.2, "fishing": -1.2, "software": 0.3, None: -0.4}


def made_dataset(
    count: int = 600, *, seed: int = SEED, bearing: float = 1.0, rules: float | None = 0.3
) -> Dataset:
    """Rows, one an hour; `bearing` is how much features say, `rules` how much of it the scorecard knows."""
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        industry = INDUSTRIES[int(generator.integers(len(INDUSTRIES)))]
        touches = float(generator.poisson(3))
        says = _BEARING[industry] + 0.4 * (touches - 3)
        won = bool(generator.random() < 1 / (1 + np.exp(0.6 - bearing * says)))
        known = rules is not None
        points = None if not known else round(1000 * (rules or 0.0) * says + 1000 * float(generator.normal()))
        at = START + number * DAY_US // 24
        features = Features({} if industry is None else {"industry": industry}, {"touches": touches})
        rows.append(Row(f"{number:05}", at, at + 1, won=won, features=features, rules=points))
    return Dataset(30, ("industry",), ("touches",), tuple(rows))


def request(dataset: Dataset, **changes: object) -> Request:
    """A request as the service would make it."""
    return Request(**{"dataset": dataset, "version": 1, "seed": SEED, **changes})  # type: ignore[arg-type]


PLAN = Plan(texts=("industry", "lost_reason"), numbers=())


def made_leads(count: int, *, leaking: bool, seed: int = SEED) -> list[Subject]:
    """Leads by their facts, four a day; `leaking` adds a CRM that tells `lost_reason`.

    It does so when it knows how each ended: half of these tell it on the day of the outcome, half date it
    back to the capture. It also has touches after the outcome, which only winners get.
    """
    generator = np.random.default_rng(seed)
    leads = []
    for number in range(count):
        at = START + number * DAY_US // 4
        industry = INDUSTRIES[int(generator.integers(len(INDUSTRIES)))]
        won = bool(generator.random() < 1 / (1 + np.exp(0.6 - 0.5 * _BEARING[industry])))
        ended = at + (1 + int(generator.integers(20))) * DAY_US
        facts = [] if industry is None else [_told("industry", industry, at, at)]
        if leaking:
            happened = ended if number % 2 else at
            facts.append(_told("lost_reason", "none" if won else "price", happened, ended))
            facts += [_touch(ended + DAY_US)] if won else []
        leads.append(
            Subject(f"{number:05}", facts, at + 1, Ending(ended) if won else Ending(None, ended), rules=0)
        )
    return leads


def _told(name: str, value: str, at: int, recorded: int) -> Fact:
    return _fact(Code.LEAD_UPDATED, (name, value), at, recorded)


def _touch(at: int) -> Fact:
    return _fact(Code.TOUCHPOINT_RECORDED, ("email", *(None,) * 9), at, at)


def _fact(code: Code, values: Sequence[str | None], at: int, recorded: int) -> Fact:
    key = f"{code}-{values[0]}-{at}"
    return Fact(
        at, 100, "", "crm", key, int(code), "contact/1", skewed=False, values=tuple(values), recorded=recorded
    )
