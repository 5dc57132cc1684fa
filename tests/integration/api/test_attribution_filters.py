"""Attribution filtered by what leads are: each deal passes with one lead, by keys read off raw snapshots."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.domain.credits.aggregate import PathCount
from leadtrace.domain.credits.markov import attribute
from leadtrace.events.deal import DealWon
from leadtrace.events.lead import LeadOwnerChanged
from leadtrace.testing.builders import DAY_ZERO, entity_of, event
from tests.integration.api.crediting import EVERY, PATH, PER_DEAL, asked, credit, rows, tell
from tests.integration.api.led_deals import LED, Led, brought, company, led_by_hand
from tests.integration.api.projection import Projection
from tests.integration.api.spending import posted, spent
from tests.integration.api.test_attribution import NOBODY, Story

through_the_store = settings(
    deadline=None,
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
Said = tuple[int, dict[str, int]]


def said(given_: Iterable[dict[str, Any]]) -> Said:
    """Deals in millionths and money by currency in minor units, added up."""
    deals, money = 0, Counter[str]()
    for one in given_:
        deals += int(Decimal(one["deals"]) * 1_000_000)
        for amount in (one["revenue"], *one["unconverted"]):
            money[amount["currency"]] += int(Decimal(amount["amount"]) * 100)
    return deals, {currency: amount for currency, amount in money.items() if amount}


def expect_divided(answer: dict[str, Any], expected: tuple[int, dict[str, int]]) -> None:
    """By every model the groups, that of nobody among them, and the total are these deals and this money."""
    micros = expected[0] * 1_000_000, expected[1]
    for model, total in answer["total"]["models"].items():
        assert said([total]) == micros, model
        assert said(group["models"][model] for group in answer["groups"]) == micros, model


def expect_chain(answer: dict[str, Any], led: list[Led]) -> None:
    """The chain, and the counts of journeys, are those of exactly these journeys."""
    found, counts = answer["data_driven"], Counter((one.outcome, bool(one.channels)) for one in led)
    assert (found["journeys_won"], found["journeys_won_untouched"], found["journeys_lost"]) == (
        counts["won", True],
        counts["won", False],
        counts["lost", True] + counts["lost", False],
    )
    assert found["journeys_open"] == counts["open", True] + counts["open", False]
    assert (found["open_counted_as_lost"], answer["query"]["open"]) == (None, "left_out")
    paths = [
        PathCount(tuple(name or "" for name in one.channels), one.outcome == "won", one.outcome == "lost")
        for one in led
        if one.outcome != "open"
    ]
    chain = attribute(paths)
    effects = {
        name or None: float(round(one, 12))
        for name, one in zip(chain.channels, chain.removal_effects, strict=True)
    }
    told = found["chains"][0]
    assert {one["key"]: one["value"] for one in told["removal_effects"]} == effects
    assert told["probability"] == float(round(chain.chance, 12))
    best = Counter(one.channels for one in led if one.outcome == "won")
    assert [one["won"] for one in answer["top_paths"]] == sorted(best.values(), reverse=True)[:10]


@through_the_store
@given(seed=st.integers(0, 2**32))
async def test_all_keys_of_a_dimension_add_up_to_all_deals(
    projection: Projection, client: httpx.AsyncClient, seed: int
) -> None:
    await tell(projection, company(seed))
    led = await led_by_hand(projection.owner)
    whole = await asked(client, model=EVERY)
    expect_divided(whole, brought(led, lambda _: True))
    for name in LED:
        keys = {one.keys[name] for one in led}
        answers = {key: await asked(client, model=EVERY, **{name: key or ""}) for key in keys}
        for key, answer in answers.items():
            passing = [one for one in led if one.keys[name] == key]
            expect_divided(answer, brought(passing, lambda _: True))
            expect_chain(answer, passing)
            assert answer["query"]["filters"] == {name: [key]}
        totals = [answer["total"]["models"] for answer in answers.values()]
        for model, total in whole["total"]["models"].items():
            assert said(one[model] for one in totals) == said([total]), (name, model)
        per_deal = Counter[tuple[str, str | None, bool]]()
        for answer in answers.values():
            for group in answer["groups"]:
                for model in PER_DEAL.split(","):
                    place = model, group["key"]["channel"], group["attributed"]
                    per_deal[place] += said([group["models"][model]])[0]
        for group in whole["groups"]:
            for model in PER_DEAL.split(","):
                place = model, group["key"]["channel"], group["attributed"]
                assert per_deal[place] == said([group["models"][model]])[0], (name, place)


@through_the_store
@given(seed=st.integers(0, 2**32))
async def test_filters_meet_and_their_keys_are_alternatives(
    projection: Projection, client: httpx.AsyncClient, seed: int
) -> None:
    await tell(projection, company(seed))
    led, chance = await led_by_hand(projection.owner), random.Random(seed)
    for _ in range(6):
        filters = {
            name: chance.sample(sorted({one.keys[name] or "" for one in led}), 2)
            for name in chance.sample(LED, 2)
            if len({one.keys[name] for one in led}) > 1
        }
        passing = [
            one for one in led if all((one.keys[name] or "") in keys for name, keys in filters.items())
        ]
        given_ = {"model": PER_DEAL, "by": "campaign,channel", **filters}
        expect_divided((await client.get(PATH, params=given_)).json(), brought(passing, lambda _: True))
        first = (DAY_ZERO + timedelta(days=chance.randint(14, 35))).date().isoformat()
        last = (DAY_ZERO + timedelta(days=chance.randint(35, 50))).date().isoformat()
        days = {"from": first, "to": last, "basis": "activity"}
        answer = (await client.get(PATH, params={**given_, **days})).json()
        booked = Counter[str]()
        for one in passing:
            if one.outcome == "won":
                for currency, amount, day in one.booked:
                    booked[currency] += amount if first <= day <= last else 0
        for total in answer["total"]["models"].values():
            assert said([total])[1] == {name: amount for name, amount in booked.items() if amount}


class TestByExample:
    @pytest.fixture(autouse=True)
    async def deals(self, projection: Projection) -> None:
        """A deal of three leads of two owners, one of nobody's lead, and one that no lead is linked to."""
        story = Story()
        story.lead(1, ("search", None))
        story.lead(2, ("email", None))
        story.lead(3)
        story.lead(4, ("search", None))
        for lead, owner in ((1, "ann"), (2, "bob"), (3, "bob")):
            story.tell(LeadOwnerChanged(owner=owner), f"contact/{lead}", DAY_ZERO + timedelta(days=11))
        story.deal(1, "100.00", 2, 1, 3, ends=DealWon(claimed="won"))
        story.deal(2, "50.00", 4, ends=DealWon(claimed="won"))
        story.deal(3, "9.00", ends=DealWon(claimed="won"))
        self.whole = await tell(
            projection, [*story.events, posted(500, (0, 30), spent((0, 30), "5.00", channel="search"))]
        )

    async def test_a_deal_passes_whole_with_the_lead_that_has_most_of_it(
        self, client: httpx.AsyncClient
    ) -> None:
        """Of three leads of a deal of 100.00 one has 33.34: it is that of all three."""
        found = {
            key: rows(await asked(client, model="linear", owner=key), "linear") for key in ("ann", "bob")
        }
        whole = {"search": ("0.500000", "50.00"), "email": ("0.500000", "50.00")}
        assert sorted(found.values(), key=len) == [{}, whole]
        assert rows(await asked(client, model="linear", owner=""), "linear") == {
            "search": ("1.000000", "50.00"),
            NOBODY: ("1.000000", "9.00"),
        }

    async def test_it_follows_its_lead_to_another_owner_at_once(
        self, projection: Projection, client: httpx.AsyncClient
    ) -> None:
        """No credit is made anew by that: models over all journeys must not tell what they told before."""
        before = {key: await asked(client, model="linear,markov", owner=key) for key in ("ann", "bob", "eve")}
        moves = [
            event(
                LeadOwnerChanged(owner="eve"), f"contact/{lead}", 900 + lead, at=DAY_ZERO + timedelta(days=40)
            )
            for lead in (1, 2, 3)
        ]
        await self.whole.tell(moves)
        await credit(projection)
        after = {key: await asked(client, model="linear,markov", owner=key) for key in ("ann", "bob", "eve")}
        deals = [
            [one["total"]["models"]["markov"]["deals"] for one in told.values()] for told in (before, after)
        ]
        assert sorted(deals[0]) == ["0.000000", "0.000000", "1.000000"]
        assert deals[1] == ["0.000000", "0.000000", "1.000000"]

    async def test_a_lead_that_was_taken_in_is_that_which_took_it(
        self, projection: Projection, client: httpx.AsyncClient
    ) -> None:
        """Until a deal that names it is folded anew, with one lead or with several."""
        await projection.owner.execute(
            "update api.leads set redirect_to = $1, owner = null where lead_id <> $1", entity_of("contact/1")
        )
        assert rows(await asked(client, model="linear", owner="ann"), "linear") == {
            "search": ("1.500000", "100.00"),
            "email": ("0.500000", "50.00"),
        }
        assert rows(await asked(client, model="linear", owner=""), "linear") == {NOBODY: ("1.000000", "9.00")}

    async def test_no_spend_is_held_against_a_part_of_the_deals(self, client: httpx.AsyncClient) -> None:
        given_ = {"model": "linear,last_touch", "target_roas": "3"}
        every = await asked(client, **given_)
        assert every["groups"][0]["spend"]["amount"] == "5.00"
        some = await asked(client, **given_, owner="")
        for numbers in (*some["groups"], some["total"]):
            assert (numbers["spend"], numbers["roas"]) == (None, None)
        assert {group["verdict"] for group in some["groups"]} == {None}

    async def test_touch_filters_choose_rows_within_it(self, client: httpx.AsyncClient) -> None:
        some = await asked(client, model="linear,markov", owner="", channel="search")
        assert rows(some, "linear") == {"search": ("1.000000", "50.00")}
        assert some["data_driven"]["journeys_won"] == 1

    async def test_a_name_that_is_none_is_refused_with_the_nearest(self, client: httpx.AsyncClient) -> None:
        problem = (await client.get(PATH, params={"ownr": "ann"})).json()
        assert (problem["status"], problem["parameter"]) == (400, "ownr")
        assert "owner" in problem["remedy"]
