"""The law of webhooks: whatever happens in whatever order, each pair has one outcome: by a plain model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.notifications import NotificationKind
from leadtrace.runtime.clock import FrozenClock, SequentialIds
from leadtrace.runtime.settings_outbound import Subscription
from leadtrace.store.connection import Connection
from leadtrace_attribution.delivery import again, queue, routing, subscriptions
from leadtrace_attribution.delivery.balance import balance
from leadtrace_attribution.delivery.queue import Failure, Taken
from leadtrace_attribution.delivery.schedule import ATTEMPTS, next_attempt_at
from leadtrace_attribution.delivery.selection import Selection
from leadtrace_attribution.notifications import Notification, notify
from tests.integration.attribution.webhooks_scene import Webhooks, subscription, webhooks_over

_IN_THE_STORE = settings(
    deadline=None,
    max_examples=max(settings().max_examples // 6, 10),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = ("a", "b")
LEASE_S = 30.0
KINDS = (NotificationKind.HANDOVER_OFFERED, NotificationKind.OUTCOME_OVERDUE)
TABLES: Mapping[str, dict[str, Any]] = {
    "a": subscription("https://a.example/"),
    "b": subscription("https://b.example/", kinds=[KINDS[0].value]),
}
Step = tuple[str, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("tell", "tell", "route", "route", "work", "work", "work", "claim", "deliver", "fail"),
                *("crash", "gone", "wait", "retry", "retry_named", "replay", "replay_named", "replay"),
                *("remove", "configure", "configure"),
            ]
        ),
        st.integers(0, 7),
    ),
    min_size=15,
    max_size=60,
)


@dataclass(slots=True)
class Model:
    """What the law says, in dictionaries; `pairs` maps (notification, subscription) to state and tries."""

    told: dict[int, bool] = field(default_factory=dict)
    pairs: dict[tuple[int, str], list[Any]] = field(default_factory=dict)
    configured: set[str] = field(default_factory=set)
    disabled: set[str] = field(default_factory=set)

    def wants(self, name: str, number: int) -> bool:
        return name == "a" or number % 2 == 0

    def route(self) -> None:
        for number in [one for one, routed in self.told.items() if not routed]:
            self.told[number] = True
            for name in self.configured:
                if self.wants(name, number):
                    self.pairs[number, name] = ["dead" if name in self.disabled else "pending", 0]

    def give_up(self, name: str) -> None:
        for (_, of), pair in self.pairs.items():
            if of == name and pair[0] == "pending":
                pair[0] = "dead"

    def again(self, names: set[str], *, also: bool) -> None:
        live = names & self.configured - self.disabled
        for (_, name), pair in self.pairs.items():
            if name in live and (pair[0] == "dead" or (also and pair[0] == "delivered")):
                pair[:] = ["pending", 0]
        for number in [one for one, routed in self.told.items() if routed and also]:
            for name in live:
                if self.wants(name, number):
                    self.pairs.setdefault((number, name), ["pending", 0])


class World:
    """The tables, driven step by step as workers drive them, beside the model."""

    def __init__(self, scene: Webhooks) -> None:
        self.scene = scene
        self.clock: FrozenClock = scene.clock
        self.began = scene.clock.now()
        self.model = Model()
        self.held: list[Taken] = []
        self.ids = SequentialIds()
        self.numbers: dict[UUID, int] = {}

    async def begin(self) -> None:
        await self.scene.pool.execute(
            "truncate attribution.notifications, attribution.subscriptions, attribution.deliveries"
        )
        await self.configure(set(NAMES))

    async def configure(self, names: set[str]) -> None:
        tables = {name: Subscription.model_validate(TABLES[name]) for name in sorted(names)}
        async with self.scene.pool.acquire() as connection:
            await subscriptions.register(connection, tables, self.clock.now())
        for gone in self.model.configured - names:
            self.model.give_up(gone)
        self.model.configured = names

    async def step(self, what: str, choice: int) -> None:
        name = NAMES[choice % 2]
        async with self.scene.pool.acquire() as connection:
            if what == "tell":
                await self._tell(connection, choice)
            elif what == "work":
                for part in ("route", "claim", "deliver", "deliver"):
                    await self._work(connection, part, name, choice)
            elif what in {"route", "claim", "deliver", "fail", "crash"}:
                await self._work(connection, what, name, choice)
            else:
                await self._operate(connection, what, name, choice)

    async def _work(self, connection: Connection, what: str, name: str, choice: int) -> None:
        """What workers do."""
        now = self.clock.now()
        match what:
            case "route":
                while (await routing.route(connection, now))[0]:
                    pass
                self.model.route()
            case "claim" if name in self.model.configured:
                lease = self.ids.uuid7()
                self.held += await queue.claim(
                    connection, name, lease, now=now, lease_s=LEASE_S, limit=1 + choice
                )
            case "crash":
                self.held.clear()
            case "deliver" | "fail" if self.held:
                taken = self.held.pop(choice % len(self.held))
                await self._settle(connection, taken, delivered=what == "deliver")

    async def _operate(self, connection: Connection, what: str, name: str, choice: int) -> None:
        """What operators, receivers and time do."""
        match what:
            case "gone":
                await subscriptions.disable(connection, name, "the receiver answered 410", self.clock.now())
                self.model.give_up(name)
                self.model.disabled.add(name)
            case "wait":
                self.clock.advance(timedelta(hours=30 * (choice % 2), seconds=31))
            case "remove":
                await self.configure(self.model.configured - {name})
            case "configure":
                await self.configure(self.model.configured | {name})
            case _:
                await self._again(what, name)

    async def check(self) -> None:
        """Tables and model say the same, and both sides of the equation agree."""
        rows = await self.scene.pool.fetch(
            "select told.notification_id, held.subscription, held.state, held.attempts"
            " from attribution.deliveries held"
            " join attribution.notifications told using (notification_no)"
        )
        found = {(self.numbers[row[0]], row[1]): [row[2], row[3]] for row in rows}
        assert found == self.model.pairs
        async with self.scene.pool.acquire() as connection:
            told = await balance(connection, self.clock.now())
        assert told.difference == 0
        assert told.matched == len(self.model.pairs)
        assert told.unrouted == list(self.model.told.values()).count(False)

    async def _tell(self, connection: Connection, choice: int) -> None:
        number = choice if choice in self.model.told else len(self.model.told)
        one = Notification(
            kind=KINDS[number % 2],
            lead_id=UUID(int=number),
            definition_version=1,
            moment=self.began,
        )
        self.numbers[one.notification_id] = number
        await notify(connection, [one])
        self.model.told.setdefault(number, False)

    async def _settle(self, connection: Connection, taken: Taken, *, delivered: bool) -> None:
        number, now = self.numbers[taken.told.notification_id], self.clock.now()
        query = "select lease from attribution.deliveries where notification_no = $1 and subscription = $2"
        holds = await connection.fetchval(query, taken.notification_no, taken.subscription) == taken.lease
        pair = self.model.pairs[number, taken.subscription]
        if delivered:
            await queue.delivered(connection, taken, status=200, now=now)
            if holds:
                pair[:] = ["delivered", pair[1] + 1]
            return
        at = next_attempt_at(now, failed=taken.failed + 1, webhook_id=str(number), retry_after=None)
        await queue.failed(connection, taken, Failure(500, "answered 500"), now=now, next_at=at)
        if holds and pair[0] == "pending":
            pair[1] += 1
            pair[0] = "dead" if pair[1] >= ATTEMPTS else "pending"

    async def _again(self, what: str, name: str) -> None:
        named = what.endswith("_named")
        selection = Selection(subscription=name if named else None)
        replaying = what.startswith("replay")
        act = again.replay if replaying else again.retry
        would = await act(self.scene.pool, selection, self.clock.now(), dry_run=True)
        if named:
            self.model.disabled.discard(name)
        done = await act(self.scene.pool, selection, self.clock.now(), dry_run=False)
        assert done.deliveries == would.deliveries
        self.model.again({name} if named else set(NAMES), also=replaying)


@_IN_THE_STORE
@given(taken=steps)
async def test_each_pair_has_one_outcome_whatever_happens(database_url: str, taken: Sequence[Step]) -> None:
    async with webhooks_over(database_url) as scene:
        world = World(scene)
        await world.begin()
        for what, choice in taken:
            await world.step(what, choice)
            await world.check()
        # Nothing is lost: in the end whatever somebody configured wants is delivered.
        await world.step("configure", 0)
        await world.step("configure", 1)
        for name in NAMES:
            await world._again("retry_named", name)
        await world.step("route", 0)
        world.clock.advance(timedelta(hours=30))
        for choice in range(2):
            while True:
                await world.step("claim", choice + 6)
                if not world.held:
                    break
                while world.held:
                    await world.step("deliver", 0)
        await world.check()
        assert {pair[0] for pair in world.model.pairs.values()} <= {"delivered"}
