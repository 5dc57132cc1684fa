"""The tracer of a configuration; where none is on, not even its library is loaded."""

import asyncio
import importlib
import threading
from contextlib import suppress

from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_traces import Traces
from leadtrace.runtime.tracing.tracer import Tracer

CLOSE_WITHIN_S = 2.0
_MAKER = "leadtrace.runtime.tracing.open_telemetry"


def configured_tracer(service: str, settings: Traces) -> Tracer | None:
    """The tracer of the process `service`; None where traces are off.

    Raises:
        SettingsError: they are on, and OpenTelemetry is not installed.
    """
    if settings.endpoint is None:
        return None
    try:
        maker = importlib.import_module(_MAKER)
    except ModuleNotFoundError as error:
        raise SettingsError(
            [f"traces.endpoint: set, but {error.name} is not installed; install leadtrace[traces]"]
        ) from error
    tracer: Tracer = maker.make_tracer(service, settings)
    return tracer


async def close_tracer(tracer: Tracer | None) -> None:
    """Have the collector take what has ended; a process does not wait long for one that is away."""
    if tracer is None:
        return
    closed, loop = asyncio.Event(), asyncio.get_running_loop()

    def close() -> None:
        tracer.close()
        with suppress(RuntimeError):  # nobody waits any more, and the loop has ended
            loop.call_soon_threadsafe(closed.set)

    # Not a thread of the loop's own: these are waited for at the end, however long they take.
    threading.Thread(target=close, name="close-tracer", daemon=True).start()
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await closed.wait()
