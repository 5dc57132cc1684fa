"""Starts Apache Kafka's own brokers: one, or a cluster of several on one machine.

For tests and for `make kafka`; production has a cluster of its own. It remembers its data over restarts,
and its cluster id with them.
"""

import asyncio
import base64
from collections.abc import Sequence
from pathlib import Path

from leadtrace.embedded.apache_jars import class_path
from leadtrace.embedded.apache_node import ApacheNode, Extras, Seat
from leadtrace.runtime.clock import Ids

_COMPLETE_WITHIN_S = 60.0
_LOOK_AGAIN_AFTER_S = 0.05


class ApacheKafka:
    """Brokers on fixed ports; may be stopped and started again on the same data.

    `port` is the first one's, and the others' follow it; 0 takes free ones.
    """

    def __init__(
        self,
        *,
        home: Path,
        data: Path,
        ids: Ids,
        port: int = 0,
        brokers: int = 1,
        extras: Extras = Extras(),  # noqa: B008 - a value without identity
    ) -> None:
        self._home = home
        # A uuid of version 7 never begins with a dash, which the storage tool would take for an option.
        self._cluster_id = base64.urlsafe_b64encode(ids.uuid7().bytes).decode().rstrip("=")
        seats = [Seat.on(number, port + number - 1 if port else 0) for number in range(1, brokers + 1)]
        folders = [data] if brokers == 1 else [data / f"node-{seat.number}" for seat in seats]
        self.nodes: Sequence[ApacheNode] = [
            ApacheNode(seat, seats, folder, extras) for seat, folder in zip(seats, folders, strict=True)
        ]

    @property
    def bootstrap_servers(self) -> str:
        """The addresses, as a Kafka client takes them."""
        return ",".join(node.address for node in self.nodes)

    @property
    def running(self) -> bool:
        """Whether every broker was started and has not ended."""
        return all(node.running for node in self.nodes)

    async def start(self) -> None:
        """Return once every broker answers; jars are resolved and storage formatted if need be.

        Raises:
            BrokerFailedError: one did not come up.
            TimeoutError: they did not find each other.
        """
        classes = await class_path(self._home)
        starts = [node.start(classes, self._cluster_id) for node in self.nodes]
        # A controller alone elects nobody: they come up together or not at all.
        outcomes = await asyncio.gather(*starts, return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                await self.kill()
                raise outcome
        await self._until_complete()

    async def _until_complete(self) -> None:
        """Wait until every broker knows all of them; before that no topic can be replicated to all."""
        async with asyncio.timeout(_COMPLETE_WITHIN_S):
            for node in self.nodes:
                await self._until_knows_all(node)

    async def _until_knows_all(self, node: ApacheNode) -> None:
        while True:
            if await node.brokers() == len(self.nodes):
                return
            await asyncio.sleep(_LOOK_AGAIN_AFTER_S)

    async def wait(self) -> None:
        """Wait until one of them ends."""
        waits = [asyncio.ensure_future(node.wait()) for node in self.nodes]
        _, others = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in others:
            wait.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def stop(self) -> None:
        """End them all; their data stay."""
        await asyncio.gather(*(node.stop() for node in self.nodes))

    async def kill(self) -> None:
        """End them all without asking them."""
        await asyncio.gather(*(node.kill() for node in self.nodes))
