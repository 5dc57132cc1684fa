"""The tracer of a configuration; where none is on, not even its library is loaded."""

import asyncio
import importlib

from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_traces import Traces
from leadtrace.runtime.tracing.tracer import Tracer

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
    """Have the collector take what has ended, without holding up the loop."""
    if tracer is not None:
        await asyncio.to_thread(tracer.close)
