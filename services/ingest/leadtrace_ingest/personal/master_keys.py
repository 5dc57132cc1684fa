"""Which master keys are in use: checked at start, so that a wrong configuration is told in words at once."""

from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Connection, Pool

_LIVE = "select master_id from ingest.master_keys where retired_at is null order by first_used_at, master_id"
_USE = """
insert into ingest.master_keys (master_id) values ($1)
on conflict (master_id) do update set retired_at = null where master_keys.retired_at is not null
"""


async def check_master_keys(connection: "Connection | Pool", wrapper: KeyWrapper) -> None:
    """Note that the current master key is in use, once all that are in use are here.

    Raises:
        SettingsError: something may be sealed under one that is not.
    """
    wrong = await missing_master_keys(connection, wrapper)
    if wrong:
        raise SettingsError([wrong])
    await connection.execute(_USE, wrapper.current)


async def master_keys_in_use(connection: "Connection | Pool") -> list[bytes]:
    """The ids of the master keys under which something may be, the oldest first."""
    return [master for (master,) in await connection.fetch(_LIVE)]


async def missing_master_keys(connection: "Connection | Pool", wrapper: KeyWrapper) -> str | None:
    """What to tell an operator whose master keys do not open what is stored; None if they do."""
    in_use = await master_keys_in_use(connection)
    missing = [master.hex() for master in in_use if master not in wrapper.known]
    if not missing:
        return None
    return (
        f"personal.master_keys: personal data are sealed under {', '.join(missing)}, which is not among the"
        f" keys given ({', '.join(sorted(master.hex() for master in wrapper.known))}); put it back, second"
    )
