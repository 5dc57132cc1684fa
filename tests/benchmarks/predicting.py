"""What predicting costs an event on its way through scoring: state read, stepped, saved, body made.

The three variants take turns event by event, so that whatever else the machine does meets all of them alike.
"""

import random
import time
from collections.abc import Sequence
from typing import Final

from leadtrace.domain.fact import Fact
from leadtrace.domain.predict.features import DERIVED_NUMBERS, DERIVED_TEXTS, STAGE
from leadtrace.domain.predict.model import Calibration, Kind, Model, StoredModel, store_model
from leadtrace.domain.predict.telling import Teller
from leadtrace.domain.predict.terms import Choice, Line, Part, Steps, Terms
from leadtrace.domain.scoring.extract import extract
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.state import decode_state, encode_state
from leadtrace.events.lead import LADDER
from leadtrace.runtime.arrivals import fact_from
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.derive import body_of
from leadtrace.runtime.settings_prediction import Prediction
from tests.benchmarks.figure import Benchmark, Figure, lower
from tests.benchmarks.stories import stories

_LEADS: Final = 600
_CONFIG: Final = Prediction()
_VALUES: Final = 20
_LEAD_ID: Final = "00000000-0000-0000-0000-000000000001"


def model_of_full_size() -> StoredModel:
    """As logistic regression leaves it: a choice a text, a line and steps a number, all of them known."""
    chance = random.Random(5)
    parts: list[Part] = []
    for name in (*_CONFIG.texts, *DERIVED_TEXTS):
        values = [stage.value for stage in LADDER] if name == STAGE else [f"v{one}" for one in range(_VALUES)]
        values += ["email", "paid_search", "events", "demo_request", "manager", "software", "de"]
        weights = {value: round(chance.gauss(0, 1), 9) for value in values}
        parts.append(Choice(name, weights, 0.1, -0.2))
    for name in (*_CONFIG.numbers, *DERIVED_NUMBERS):
        parts.append(Line(name, 10.0, 5.0, 0.0, 1_000.0, 0.123456789, 0.01))
        parts.append(Steps(name, (1.0, 5.0, 20.0, 100.0), (0.1, 0.2, -0.3, 0.4, 0.5), -0.1))
    return store_model(
        Model(
            kind=Kind.LOGISTIC,
            horizon_days=180,
            terms=Terms(-1.5, tuple(parts)),
            calibration=Calibration(1.0, 0.0),
            trained_on="",
            wins=1_000,
            losses=9_000,
        ),
        1,
    )


class _Variant:
    """One way of scoring, and how long it took so far."""

    def __init__(self, fold: ScoreFold, model: Teller | None) -> None:
        self._fold = fold
        self._model = model
        self._state = b""
        self.spent_s = 0.0
        self.state_bytes = self.body_bytes = 0

    def begin(self) -> None:
        """Another lead."""
        self._state = encode_state(self._fold.initial())

    def take(self, fact: Fact) -> None:
        """One event, as the handler takes it."""
        began = time.perf_counter()
        state = decode_state(self._state)
        self._fold.step(state, fact)
        self._state = encode_state(state)
        body = body_of(self._fold.render(state, lead_id=_LEAD_ID, model=self._model))
        self.spent_s += time.perf_counter() - began
        self.state_bytes += len(self._state)
        self.body_bytes += len(body)


async def _run() -> list[Figure]:
    definitions = live_definitions()
    remembering = ScoreFold(definitions, plan=_CONFIG.plan)
    variants = {
        "turned off": _Variant(ScoreFold(definitions), None),
        "no model speaks": _Variant(remembering, None),
        "a model speaks": _Variant(remembering, Teller(model_of_full_size())),
    }
    facts = [[fact_from(event, extract) for event in story] for story in stories(_LEADS)]
    events = _turns(list(variants.values()), facts)
    figures = []
    for name, variant in variants.items():
        figures += [
            lower(f"{name}: an event", 1e6 * variant.spent_s / events, "µs"),
            lower(f"{name}: a state", variant.state_bytes / events, "B"),
            lower(f"{name}: a body", variant.body_bytes / events, "B"),
        ]
    return figures


def _turns(variants: Sequence[_Variant], stories_of: Sequence[Sequence[Fact]]) -> int:
    """Have every variant take every event, each first as often as the others; how many events there were."""
    events = 0
    for story in stories_of:
        for variant in variants:
            variant.begin()
        for fact in story:
            first = events % len(variants)
            for variant in (*variants[first:], *variants[:first]):
                variant.take(fact)
            events += 1
    return events


PREDICTING = Benchmark("predicting", "what predicting costs an event in scoring, three ways in turns", _run)
