"""The installation that a command speaks of: its settings with the addresses of what runs."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from leadtrace.cli.wiring import make_parts
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.embedded.services import service_specs, with_addresses
from leadtrace.embedded.supervisor import Running, Supervisor
from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.shutdown import StopSignal


def known_settings(config: Path | None) -> Settings:
    """The settings, with the addresses of a running `leadtrace up` where none are configured.

    Raises:
        SettingsError: the configuration cannot be used.
    """
    settings = load_settings(config)
    state = DataFolder(settings.embedded.data_dir).read_state()
    if state is None:
        return settings
    given = settings.postgres.url
    return with_addresses(
        settings,
        postgres_url=given.get_secret_value() if given else state.postgres_url,
        bootstrap_servers=settings.kafka.bootstrap_servers or state.kafka_bootstrap_servers,
    )


def admin_key(settings: Settings) -> str:
    """The first admin key: configured, or made by `leadtrace up` in the data folder.

    Raises:
        SettingsError: there is none.
    """
    if settings.keys.bootstrap is not None:
        return settings.keys.bootstrap.get_secret_value()
    found = DataFolder(settings.embedded.data_dir).known_bootstrap_key()
    if found is None:
        raise SettingsError(
            ["keys.bootstrap: not set, and `leadtrace up` has not made one in the data folder"]
        )
    return found


async def run_installation(settings: Settings, stop: StopSignal, on_ready: Callable[[Running], None]) -> None:
    """Run everything until `stop`, SIGINT or SIGTERM; `on_ready` is called once all processes are ready.

    Raises:
        DataFolderLockedError: the data folder is in use.
        StartFailedError: something did not come up.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set, signal.Signals(number).name)
    services = service_specs(settings.ports)
    with DataFolder(settings.embedded.data_dir) as folder:
        supervisor = Supervisor(settings, folder, make_parts(settings, services), services)
        await supervisor.run(stop, on_ready)
