"""Puts ingest's processes together: the only room here that names a concrete bus."""

from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.wiring import make_bus
from leadtrace_ingest.door.process import DoorProcess
from leadtrace_ingest.relay.process import RelayProcess
from leadtrace_ingest.settings import configured_senders


def make_door(settings: Settings) -> DoorProcess:
    """The door of this configuration.

    Raises:
        SettingsError: no broker is configured.
        MappingError: a mapping file cannot be used.
    """
    bus = make_bus(settings, "leadtrace-ingest-door")
    return DoorProcess(settings, configured_senders(settings), bus, SystemClock())


def make_relay(settings: Settings) -> RelayProcess:
    """The relay of this configuration.

    Raises:
        SettingsError: no broker is configured.
        MappingError: a mapping file cannot be used.
    """
    bus = make_bus(settings, "leadtrace-ingest-relay")
    return RelayProcess(settings, configured_senders(settings), bus, SystemClock())
