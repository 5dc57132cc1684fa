"""Intent against a naive reading of the definitions: every touch summed at high precision, caps after."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.definitions.model import Definitions, Signal
from leadtrace.domain.fact import Fact, union
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.decay import NOTHING, added, remaining
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.events.catalogue import Code
from leadtrace.testing.scorecards import definitions, scoring_values
from leadtrace.testing.strategies import facts

DAY_US = 86_400_000_000
TOUCHES = facts({Code.TOUCHPOINT_RECORDED: scoring_values()[Code.TOUCHPOINT_RECORDED]}, max_size=40)
# Closer than this to half a millipoint the reference may round either way.
TIE = Decimal("1e-9")


def shows(signal: str, touch: Fact) -> bool:
    """The rules of `testing/scorecards.py`, read by hand."""
    channel, source, page, kind = touch.values[0], touch.values[1], touch.values[8], touch.values[9]
    return {
        "demo": kind == "demo_request",
        "pricing": page in ("/pricing/a", "https://acme.example/Pricing"),
        "search": channel in ("paid_search", "direct") and source == "google",
        "tired": channel == "Email",
    }[signal]


def decayed(points: Decimal, elapsed: int, half_life_days: float) -> Decimal:
    """Millipoints left, at 60 digits."""
    half_lives = Decimal(elapsed) / (Decimal(repr(half_life_days)) * DAY_US)
    return points * 1000 * Decimal(2) ** -half_lives


def roundings(exact: Decimal) -> set[int]:
    """The whole millipoints that `exact` may be counted as: one, or two at a tie."""
    low, high = exact - TIE, exact + TIE
    return {int(value.to_integral_value(ROUND_HALF_EVEN)) for value in (low, exact, high)}


def booked(card: Definitions, touches: list[Fact]) -> dict[str, list[tuple[int, Decimal, Decimal]]]:
    """For each signal the touches that count: moment, points, and what the cap of the day takes off."""
    rows: dict[str, list[tuple[int, Decimal, Decimal]]] = {}
    intent = card.scorecard.intent
    spent: dict[int, Decimal] = {}
    for touch in touches:
        for signal in intent.signals:
            before = rows.setdefault(signal.id, [])
            if not shows(signal.id, touch) or (signal.once_only and before):
                continue
            points, over, day = Decimal(repr(signal.points)), Decimal(0), touch.at // DAY_US
            if intent.cap_per_day is not None and points > 0:
                left = Decimal(repr(intent.cap_per_day)) - spent.get(day, Decimal(0))
                over = max(Decimal(0), points - left)
                spent[day] = spent.get(day, Decimal(0)) + points - over
            before.append((touch.at, points, over))
    return rows


def check_signal(
    signal: Signal, rows: list[tuple[int, Decimal, Decimal]], at: int, said: dict[str, int]
) -> int:
    """Compare what is said of a signal with the reference; what it adds after its caps."""
    gained = said.pop(signal.id, 0)
    over_day = -said.pop(f"cap:day:{signal.id}", 0)
    over_cap = -said.pop(f"cap:{signal.id}", 0)
    exact = sum((decayed(points, at - then, signal.half_life_days) for then, points, _ in rows), Decimal(0))
    exact_over = sum((decayed(over, at - then, signal.half_life_days) for then, _, over in rows), Decimal(0))
    assert gained in roundings(exact)
    assert over_day in roundings(exact_over)
    net = gained - over_day
    cap = net if signal.cap is None else int(Decimal(repr(signal.cap)) * 1000)
    assert over_cap == max(0, net - cap)
    return net - over_cap


@given(definitions(), TOUCHES)
def test_intent_is_the_decayed_sum_within_its_caps(
    given_definitions: Definitions, touches: list[Fact]
) -> None:
    fold = ScoreFold(given_definitions)
    state, _ = refold(fold, touches)
    body = fold.render(state, lead_id="lead")
    said = {row.rule: row.millipoints for row in body.intent_contributions}
    known = [fact for fact in union(touches) if fact.code == Code.TOUCHPOINT_RECORDED]
    intent = given_definitions.scorecard.intent
    with localcontext(prec=60):
        rows = booked(given_definitions, known)
        nets = {s.id: check_signal(s, rows.get(s.id, []), body.at, said) for s in intent.signals}
        (group,) = intent.groups
        cap = int(Decimal(repr(group.cap)) * 1000)
        visits = nets["pricing"] + nets["search"]
        over = -said.pop("cap:group:visits", 0)
    assert over == max(0, visits - cap)
    assert not said
    assert body.intent == sum(nets.values()) - over


@given(
    st.lists(st.tuples(st.integers(0, 1_000_000), st.integers(0, 200 * DAY_US)), max_size=30),
    st.integers(1, 400 * DAY_US),
    st.integers(0, 400 * DAY_US),
)
def test_decay_is_exact_at_any_moment(
    touches: list[tuple[int, int]], half_life_us: int, elapsed_us: int
) -> None:
    touches.sort(key=lambda touch: touch[1])
    stored, at = NOTHING, 0
    for millipoints, moment in touches:
        stored, at = added(stored, millipoints, moment - at, half_life_us), moment
    now = at + elapsed_us
    with localcontext(prec=60):
        exact = sum(
            (points * Decimal(2) ** (-Decimal(now - moment) / half_life_us) for points, moment in touches),
            Decimal(0),
        )
        assert remaining(stored, elapsed_us, half_life_us) in roundings(exact)


@given(st.integers(0, 10_000_000), st.integers(0, 80), st.integers(1, 10**15))
def test_whole_half_lives_halve_exactly_and_ties_go_to_even(
    points: int, halvings: int, half_life_us: int
) -> None:
    stored = added(NOTHING, points, 0, half_life_us)
    exact = round(Decimal(points) / 2**halvings) if halvings < 60 else 0
    assert remaining(stored, halvings * half_life_us, half_life_us) == exact


@given(
    st.integers(0, 10_000_000),
    st.lists(st.integers(0, 10**14), min_size=2, max_size=10),
    st.integers(1, 10**13),
)
def test_decay_never_rises(points: int, moments: list[int], half_life_us: int) -> None:
    stored = added(NOTHING, points, 0, half_life_us)
    left = [remaining(stored, moment, half_life_us) for moment in sorted(moments)]
    assert left == sorted(left, reverse=True)
