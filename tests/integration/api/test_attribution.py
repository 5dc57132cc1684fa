"""`/v1/attribution` by example: numbers reckoned by hand, bases, filters, refusals and the CSV."""

import csv
import io
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from leadtrace.events.deal import DealCreated, DealLinked, DealLost, DealRefunded, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref
from tests.integration.api.crediting import PATH, asked, credit, rows, tell
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

_TOUCHED = DAY_ZERO + timedelta(days=10)
_WON = DAY_ZERO + timedelta(days=20)
_REFUNDED = DAY_ZERO + timedelta(days=25)
WON_DAY, REFUND_DAY = _WON.date().isoformat(), _REFUNDED.date().isoformat()
NOBODY = "(unattributed)"


class Story:
    """Events in the order in which they are told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def tell(self, data: msgspec.Struct, subject: str, at: datetime) -> None:
        number = len(self.events) + 1
        self.events.append(event(data, subject, number, at=at + timedelta(minutes=number)))

    def lead(self, number: int, *touches: tuple[str | None, str | None]) -> None:
        """A lead with touches of these channels and campaigns."""
        for channel, campaign in touches:
            self.tell(TouchpointRecorded(channel=channel, campaign=campaign), f"contact/{number}", _TOUCHED)
        self.tell(LeadCaptured(), f"contact/{number}", _TOUCHED)

    def deal(
        self, number: int, amount: str, *leads: int, ends: msgspec.Struct, currency: str = "EUR"
    ) -> None:
        """A deal of these leads that ends."""
        subject = f"deal/{number}"
        self.tell(DealCreated(), subject, _TOUCHED)
        self.tell(DealUpdated(amount=amount, currency=currency), subject, _TOUCHED)
        for lead in leads:
            self.tell(DealLinked(lead_ref(f"contact/{lead}")), subject, _TOUCHED)
        self.tell(ends, subject, _WON)


def told() -> list[Event]:
    """Four won deals, one of which nobody touched, a lost one and a lead that is still open."""
    story, won = Story(), DealWon(claimed="won")
    story.lead(1, ("search", "brand"), ("email", "news"), ("social", "brand"))
    story.lead(2, ("search", "generic"))
    story.lead(3)
    story.lead(4, ("email", "news"), ("search", "brand"))
    story.lead(5, ("email", None))
    story.lead(6, (None, None))
    story.deal(1, "100.00", 1, ends=won)
    story.deal(2, "50.01", 2, ends=won)
    story.deal(3, "9.99", 3, ends=won)
    story.deal(4, "70.00", 4, ends=DealLost(claimed="lost"))
    story.deal(6, "20.00", 6, ends=won, currency="BRL")
    story.tell(DealRefunded(amount="40.00"), "deal/1", _REFUNDED)
    return story.events


@pytest_asyncio.fixture
async def whole(projection: Projection) -> Whole:
    """All services, the story told and credited."""
    return await tell(projection, told())


@pytest.mark.usefixtures("whole")
async def test_linear_credit_is_as_reckoned_by_hand(client: httpx.AsyncClient) -> None:
    """Of the first deal 60.00 are left; a third of a deal is not a whole number of millionths."""
    answer = await asked(client, model="linear")
    assert rows(answer, "linear") == {
        "search": ("1.333334", "70.01"),
        "email": ("0.333333", "20.00"),
        "social": ("0.333333", "20.00"),
        None: ("1.000000", "0.00", "20.00 BRL"),
        NOBODY: ("1.000000", "9.99"),
    }
    names = [group["key"]["channel"] for group in answer["groups"]]
    assert names == ["search", "email", "social", None, None]
    assert answer["total"]["models"]["linear"] == {
        "deals": "4.000000",
        "revenue": {"amount": "120.00", "currency": "EUR"},
        "unconverted": [{"amount": "20.00", "currency": "BRL"}],
    }
    assert (answer["causal"], answer["holdout"], answer["data_driven"]) == (False, None, None)
    assert answer["pending"] == {"credits": 0, "oldest_age_s": None}


@pytest.mark.usefixtures("whole")
async def test_a_chain_by_kept_steps_is_that_of_whole_paths(client: httpx.AsyncClient) -> None:
    alone, beside = [await asked(client, model=model) for model in ("markov", "markov,shapley")]
    assert {**alone["data_driven"], "games": beside["data_driven"]["games"]} == beside["data_driven"]


@pytest.mark.usefixtures("whole")
async def test_markov_is_as_reckoned_by_hand(client: httpx.AsyncClient) -> None:
    """P(won) is 3/4; without search 3/8, without email 5/12, without either other 1/2: 9, 8, 6, 6 of 29."""
    answer = await asked(client, model="markov")
    assert rows(answer, "markov") == {
        "search": ("0.931034", "34.14", "6.20 BRL"),
        "email": ("0.827586", "30.35", "5.52 BRL"),
        "social": ("0.620690", "22.76", "4.14 BRL"),
        None: ("0.620690", "22.76", "4.14 BRL"),
        NOBODY: ("1.000000", "9.99"),
    }
    assert answer["data_driven"] == {
        "journeys_won": 3,
        "journeys_won_untouched": 1,
        "journeys_lost": 1,
        "journeys_open": 1,
        "open_counted_as_lost": None,
        "chains": [
            {
                "model": "markov",
                "order": 1,
                "arithmetic": "exact",
                "probability": 0.75,
                "fallback": None,
                "removal_effects": [
                    {"key": "search", "value": 0.5},
                    {"key": "email", "value": 0.444444444444},
                    {"key": None, "value": 0.333333333333},
                    {"key": "social", "value": 0.333333333333},
                ],
            }
        ],
        "games": [],
    }


@pytest.mark.usefixtures("whole")
async def test_shapley_is_as_reckoned_by_hand(client: httpx.AsyncClient) -> None:
    """Each path is shared equally by its channels; the odd millionth goes to the first name."""
    answer = await asked(client, model="shapley,shapley_rate")
    assert rows(answer, "shapley") == {
        "search": ("1.333333", "70.01"),
        "email": ("0.333334", "20.00"),
        "social": ("0.333333", "20.00"),
        None: ("1.000000", "0.00", "20.00 BRL"),
        NOBODY: ("1.000000", "9.99"),
    }
    rates = {
        group["key"]["channel"]: group["shapley_rate"] for group in answer["groups"] if group["attributed"]
    }
    assert rates == shapley_rates()
    assert list(answer["total"]["models"]) == ["shapley"]
    assert answer["total"]["shapley_rate"] == pytest.approx(sum(rates.values()), abs=1e-11)


def shapley_rates() -> dict[str | None, float]:
    """By all orders of joining: v is 1 for {search, email, social}, {search} and {None}, else 0."""
    worth = {frozenset(("search", "email", "social")), frozenset(("search",)), frozenset((None,))}
    players: tuple[str | None, ...] = ("search", "email", "social", None)
    sums: dict[str | None, int] = dict.fromkeys(players, 0)
    orders = list(permutations(players))
    for order in orders:
        for place, player in enumerate(order):
            sums[player] += (frozenset(order[: place + 1]) in worth) - (frozenset(order[:place]) in worth)
    return {player: round(total / len(orders), 12) for player, total in sums.items()}


@pytest.mark.usefixtures("whole")
async def test_activity_is_what_was_booked_in_the_range(client: httpx.AsyncClient) -> None:
    """A refund counts on its own day; by cohort it lessens the win that it is of."""
    at_win = await asked(client, model="linear", basis="activity", first=WON_DAY, last=WON_DAY)
    later = await asked(client, model="linear", basis="activity", first=REFUND_DAY)
    cohort = await asked(client, model="linear", first=WON_DAY, last=WON_DAY)
    amounts = [one["total"]["models"]["linear"]["revenue"]["amount"] for one in (at_win, later, cohort)]
    assert amounts == ["160.00", "-40.00", "120.00"]
    deals = [one["total"]["models"]["linear"]["deals"] for one in (at_win, later, cohort)]
    assert deals == ["4.000000", "0.000000", "4.000000"]
    assert (await asked(client, first=REFUND_DAY))["groups"] == []


@pytest.mark.usefixtures("whole")
async def test_models_side_by_side_say_how_far_they_lie_apart(client: httpx.AsyncClient) -> None:
    answer = await asked(client, model="first_touch,last_touch,linear")
    search = answer["groups"][0]
    assert search["key"] == {"channel": "search"}
    assert search["band"] == {
        "deals": {"lo": "1.000000", "hi": "2.000000"},
        "revenue": {
            "lo": {"amount": "50.01", "currency": "EUR"},
            "hi": {"amount": "110.01", "currency": "EUR"},
        },
    }
    assert list(search["models"]) == ["first_touch", "last_touch", "linear"]


@pytest.mark.usefixtures("whole")
async def test_paths_are_shown_by_how_often_they_were_won(client: httpx.AsyncClient) -> None:
    paths = (await asked(client, by="campaign"))["top_paths"]
    assert [(one["path"], one["won"], one["lost"], one["revenue"]["amount"]) for one in paths] == [
        ([], 1, 0, "9.99"),
        (["generic"], 1, 0, "50.01"),
        ([None], 1, 0, "0.00"),
        (["brand", "news", "brand"], 1, 0, "60.00"),
    ]
    assert (await asked(client, by="campaign,channel"))["top_paths"] is None
    assert (await asked(client, basis="activity"))["top_paths"] is None


@pytest.mark.usefixtures("whole")
async def test_filters_choose_rows_and_cut_no_path(client: httpx.AsyncClient) -> None:
    every = await asked(client, model="linear,markov")
    some = await asked(client, model="linear,markov", channel="email")
    assert some["groups"] == [one for one in every["groups"] if one["key"]["channel"] == "email"]
    assert some["total"]["models"]["markov"]["deals"] == "0.827586"
    assert some["data_driven"] == every["data_driven"]
    none = await asked(client, model="linear,markov", channel="")
    assert none["groups"] == [
        one for one in every["groups"] if one["key"] == {"channel": None} and one["attributed"]
    ]
    crossed = await asked(client, model="linear", by="channel,campaign", campaign="brand")
    assert rows(crossed, "linear") == {
        ("search", "brand"): ("0.333334", "20.00"),
        ("social", "brand"): ("0.333333", "20.00"),
    }


@pytest.mark.usefixtures("whole")
async def test_other_levels_are_read_from_the_journeys(client: httpx.AsyncClient) -> None:
    answer = await asked(client, model="shapley,markov_2", by="campaign")
    assert rows(answer, "shapley") == {
        "brand": ("0.500000", "30.00"),
        "generic": ("1.000000", "50.01"),
        "news": ("0.500000", "30.00"),
        None: ("1.000000", "0.00", "20.00 BRL"),
        NOBODY: ("1.000000", "9.99"),
    }
    assert answer["total"]["models"]["markov_2"] == answer["total"]["models"]["shapley"]


@pytest.mark.usefixtures("whole")
async def test_csv_says_the_same_line_by_line(client: httpx.AsyncClient) -> None:
    text = (await client.get(PATH, params={"model": "linear,markov", "format": "csv"})).text
    head, *lines = csv.reader(io.StringIO(text))
    assert head == [
        *("row", "channel", "linear_deals", "linear_revenue", "linear_roas"),
        *("markov_deals", "markov_revenue", "markov_roas", "spend", "verdict", "currency"),
    ]
    assert lines == [
        ["group", "search", "1.333334", "70.01", "", "0.931034", "34.14", "", "", "", "EUR"],
        ["group", "email", "0.333333", "20.00", "", "0.827586", "30.35", "", "", "", "EUR"],
        ["group", "social", "0.333333", "20.00", "", "0.620690", "22.76", "", "", "", "EUR"],
        ["group", "", "1.000000", "0.00", "", "0.620690", "22.76", "", "", "", "EUR"],
        [NOBODY, "", "1.000000", "9.99", "", "1.000000", "9.99", "", "", "", "EUR"],
        ["total", "", "4.000000", "120.00", "", "4.000000", "120.00", "", "", "", "EUR"],
    ]


async def test_no_model_of_ones_own_without_its_weights(client: httpx.AsyncClient) -> None:
    problem = (await client.get(PATH, params={"model": "linear,custom"})).json()
    assert (problem["status"], problem["parameter"]) == (400, "model")
    assert "attribution.custom" in problem["rule"]
    assert "leave custom out" in problem["remedy"]


async def test_too_many_keys_for_the_game_of_rates_are_refused(
    client: httpx.AsyncClient, projection: Projection
) -> None:
    story = Story()
    for number in range(1, 18):
        story.lead(number, (f"channel {number}", None))
        story.deal(number, "1.00", number, ends=DealWon(claimed="won"))
    await tell(projection, story.events)
    problem = (await client.get(PATH, params={"model": "shapley_rate"})).json()
    assert (problem["status"], problem["parameter"]) == (400, "model")
    assert "17 channels" in problem["detail"]
    assert (await asked(client, model="shapley,markov"))["total"]["models"]["markov"]["deals"] == "17.000000"


async def test_what_is_not_credited_yet_is_told(client: httpx.AsyncClient, projection: Projection) -> None:
    whole = Whole(projection)
    await whole.begin()
    await whole.tell(told())
    before: dict[str, Any] = await asked(client)
    assert before["groups"] == []
    assert before["pending"]["credits"] > 0
    assert before["pending"]["oldest_age_s"] >= 0
    await credit(projection)
    assert (await asked(client))["pending"]["credits"] == 0
