"""`leadtrace keys new-master` and `rotate-master`: the keys that personal data are sealed under."""

from typing import Any

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import ConfigOption, console, errors, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Profile
from leadtrace.runtime.vault.configured import keep_first, new_master_key, put_first


def new_master(config: ConfigOption = None) -> None:
    """Make a master key, to seal personal data under from the next start on.

    In embedded mode it is put first in the data folder, and the old one opens on. Otherwise it is printed:
    put it first in `personal.master_keys` of every process, the old one second.

    For instance:

    ```
    leadtrace keys new-master
    ```
    """
    with explained():
        settings = known_settings(config)
        key = new_master_key()
        if settings.profile is Profile.EMBEDDED and not settings.personal.master_keys:
            path = put_first(settings, key)
            console.print(f"put first in {path}; start leadtrace again, then `leadtrace keys rotate-master`")
            return
    errors.print("put it first in personal.master_keys; it is not shown again:")
    console.out(key, highlight=False)


def rotate_master(config: ConfigOption = None) -> None:
    """Bring everything that is sealed under the first master key; after it the old one may go.

    It works page by page while everything runs, and may be stopped and begun again. What an older version
    stored in clear is sealed as well.

    For instance:

    ```
    leadtrace keys rotate-master
    ```
    """
    with explained():
        settings = known_settings(config)
    told = run(_rotate(settings))
    console.print(
        f"{told['rewrapped']:,} keys are under master key {told['current']} now,"
        f" {told['sealed']:,} bodies that stood in clear are sealed",
        highlight=False,
    )
    with explained():
        path = keep_first(settings)
    if path is not None:
        console.print(f"the old key is gone from {path}")
    elif settings.personal.master_keys[1:]:
        console.print("the second key of personal.master_keys may go now")


async def _rotate(settings: Settings) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.post("/master-keys/rotate", {})
