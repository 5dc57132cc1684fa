"""What the api remembers of attribution: nothing that was found of another state is ever told."""

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.domain.credits.model import ModelParameters
from leadtrace.domain.definitions.attribution import PathTransform
from leadtrace.events.deal import DealCreated, DealLinked, DealRefunded, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref
from leadtrace.testing.vault import wrapper_of
from leadtrace_api.credits import passing, queries
from leadtrace_api.personal.vault import Vault
from leadtrace_api.remembered import Remembered
from leadtrace_api.room import Room
from tests.integration.api.conftest import READER_KEY, SETTINGS, client_of
from tests.integration.api.crediting import asked, credit, tell
from tests.integration.api.led_deals import company
from tests.integration.api.projection import Projection
from tests.integration.api.test_attribution import told
from tests.integration.api.whole import Whole

_QUESTIONS = (
    {"model": "markov"},
    {"model": "linear,markov_2,shapley,shapley_rate", "by": "campaign"},
    {"model": "markov,shapley", "owner": "ann"},
    {"model": "markov", "open": "weighted", "team": ""},
    {"model": "shapley", "first": "2026-01-20", "last": "2026-01-27"},
    {"model": "linear"},
)
# Beside these, what differs in one of the parts that name a question.
_QUESTIONS_OF_DEALS = (
    {"model": "linear", "basis": "activity"},
    {"model": "linear", "channel": "email"},
    {"model": "linear", "channel": "email", "owner": "bob"},
    {"model": "linear", "owner": "bob"},
    {"model": "linear", "owner": "bob", "team": ""},
    {"model": "linear", "last": "2026-01-22"},
    {"model": "linear", "last": "2026-01-22", "basis": "activity"},
    {"model": "linear", "first": "2026-01-23", "team": ""},
    {"model": "linear", "first": "2026-01-23", "team": "", "basis": "activity"},
)
_SUMS = ("query", "groups", "total", "data_driven", "top_paths", "currency")

through_the_store = settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


Fresh = Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def just_started(room: Room) -> Fresh:
    """Makes a client of an api that has just started, over the same database."""

    @asynccontextmanager
    async def start() -> AsyncIterator[httpx.AsyncClient]:
        other = Room(room.engine, SETTINGS, shipped_shelf(), KeyRing(READER_KEY), Vault(wrapper_of))
        async with client_of(other) as client:
            yield client

    return start


@asynccontextmanager
async def forgetful(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an api that finds everything anew for each question."""
    nothing = Remembered(most=0)
    async with client_of(replace(room, remembered=nothing, passing=nothing)) as client:
        yield client


async def answers(
    client: httpx.AsyncClient, questions: Sequence[Mapping[str, str]] = _QUESTIONS
) -> list[dict[str, Any]]:
    found = [await asked(client, **question) for question in questions]
    return [{name: one[name] for name in _SUMS} for one in found]


@through_the_store
@given(seed=st.integers(0, 2**32))
async def test_answers_are_those_of_an_api_that_remembers_nothing(
    projection: Projection, client: httpx.AsyncClient, room: Room, seed: int
) -> None:
    """However events come, are credited bit by bit or wait, and by whichever terms."""
    chance, whole = random.Random(seed), await tell(projection, [])
    events = company(seed, leads=10, deals=8)
    chance.shuffle(events)
    terms = [ModelParameters(), ModelParameters(transform=PathTransform.FIRST)]
    while events:
        size = chance.randint(1, 40)
        portion, events = events[:size], events[size:]
        await whole.tell(portion)
        await check(client, room)
        # Often credits come later than what the projector makes of the same events.
        if chance.random() < 0.7:
            await credit(projection, chance.choice(terms))
            await check(client, room)


async def check(client: httpx.AsyncClient, room: Room) -> None:
    """What is remembered is what is found."""
    questions = (*_QUESTIONS, *_QUESTIONS_OF_DEALS)
    async with forgetful(room) as fresh:
        assert await answers(client, questions) == await answers(fresh, questions)


class TestByExample:
    """Each change by itself, with nothing else that could give it away."""

    @pytest.fixture(autouse=True)
    async def story(self, projection: Projection, client: httpx.AsyncClient) -> None:
        self.whole: Whole = await tell(projection, told())
        self.before = await answers(client)

    async def change(
        self, projection: Projection, client: httpx.AsyncClient, just_started: Fresh, *events: Event
    ) -> list[bool]:
        """Which answers are others after these events; all are those of an api that has just started."""
        await self.whole.tell(list(events))
        await credit(projection)
        after = await answers(client)
        async with just_started() as fresh:
            assert after == await answers(fresh)
        return [one != other for one, other in zip(self.before, after, strict=True)]

    async def test_the_same_question_of_the_same_state_reads_no_journeys(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise AssertionError("journeys are read again")

        for name in ("path_sums", "steps", "best_paths", "credit_sums"):
            monkeypatch.setattr(queries, name, refuse)
        monkeypatch.setattr(passing, "_passing", refuse)
        assert await answers(client) == self.before

    async def test_a_refund_is_a_new_state(
        self, projection: Projection, client: httpx.AsyncClient, just_started: Fresh, room: Room
    ) -> None:
        """And of what was won by then another answer than of what was booked by then."""
        refunded = event(DealRefunded(amount="0.01"), "deal/2", 900, at=DAY_ZERO.replace(day=24))
        changed = await self.change(projection, client, just_started, refunded)
        assert changed == [True, True, False, True, True, True]
        await check(client, room)

    async def test_a_new_win_is_a_new_state(
        self, projection: Projection, client: httpx.AsyncClient, just_started: Fresh
    ) -> None:
        deal = (
            DealCreated(),
            DealUpdated(amount="1.00", currency="EUR"),
            DealLinked(lead_ref("contact/5")),
            DealWon(claimed="won"),
        )
        at = DAY_ZERO.replace(day=22)
        events = [event(one, "deal/9", 900 + place, at=at) for place, one in enumerate(deal)]
        assert (await self.change(projection, client, just_started, *events))[0]

    async def test_a_touch_of_another_campaign_is_a_new_state(
        self, projection: Projection, client: httpx.AsyncClient, just_started: Fresh
    ) -> None:
        """A lost deal's: no credit changes by it, only its path."""
        touched = event(TouchpointRecorded(channel="email"), "contact/4", 900, at=DAY_ZERO.replace(day=15))
        assert (await self.change(projection, client, just_started, touched))[:2] == [True, True]

    async def test_another_owner_is_another_question(
        self, projection: Projection, client: httpx.AsyncClient, just_started: Fresh
    ) -> None:
        given_ = event(LeadOwnerChanged(owner="ann", team="a"), "contact/4", 900, at=DAY_ZERO.replace(day=15))
        changed = await self.change(projection, client, just_started, given_)
        assert changed == [False, False, True, True, False, False]

    async def test_an_open_journey_changes_weighted_answers_alone(
        self,
        projection: Projection,
        client: httpx.AsyncClient,
        just_started: Fresh,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Page views come all the time: what is said of journeys that ended is remembered all the same."""
        solved: list[object] = []
        steps = queries.steps

        async def spied(*given_: Any) -> Any:
            solved.append(given_)
            return await steps(*given_)

        touched = event(TouchpointRecorded(channel="fair"), "contact/5", 900, at=DAY_ZERO.replace(day=15))
        monkeypatch.setattr(queries, "steps", spied)
        changed = await self.change(projection, client, just_started, touched)
        assert changed == [False, False, False, True, False, False]
        # That of the api which has just started.
        assert len(solved) == 1

    async def test_a_capture_that_was_earlier_changes_ages(
        self, projection: Projection, client: httpx.AsyncClient, just_started: Fresh
    ) -> None:
        captured = event(LeadCaptured(), "contact/8", 900, at=DAY_ZERO)
        await self.change(projection, client, just_started, captured)
