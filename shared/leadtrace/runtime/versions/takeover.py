"""The takeover of a shadow: rows, and what says by which version they are, change in one transaction."""

from leadtrace.events.times import to_micros
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.rebuild.rebuilder import Rebuilder
from leadtrace.store.connection import Connection
from leadtrace.store.generation.state import State
from leadtrace.store.generation.takeover import take_over
from leadtrace.store.in_force import Activation, InForceStore

_log = get_logger("leadtrace.runtime.versions")


async def take_over_shadow(rebuilder: Rebuilder, activation: Activation) -> bool:
    """Put the shadow of an activated version in force; False if it is not complete yet, or not there."""
    generation, store, taken = rebuilder.plan.generation, rebuilder.store, False

    async def change(connection: Connection) -> None:
        nonlocal taken
        shadow = await store.newest(connection)
        if shadow is None or shadow.state is not State.RUNNING or not shadow.complete:
            return
        if shadow.version != activation.version:
            return
        await take_over(connection, generation)
        await InForceStore(generation.schema).take(connection, activation.ordinal)
        if rebuilder.plan.settle is not None:
            await rebuilder.plan.settle(connection, to_micros(activation.activated_at))
        await store.end(connection, State.DONE, rebuild=shadow.rebuild_id)
        taken = True

    await rebuilder.locked(change)
    if taken:
        _log.info("shadow.took_over", schema=generation.schema, version=activation.version)
    return taken
