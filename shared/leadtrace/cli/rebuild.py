"""`leadtrace rebuild`: fold again what could not be folded."""

from typing import Annotated

import typer

from leadtrace.cli.admin_client import call_everywhere
from leadtrace.cli.console import BAD_CONFIGURATION, ConfigOption, errors


def rebuild(
    stuck: Annotated[
        bool, typer.Option("--stuck", help="Fold every lead and deal again that is marked stuck.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Fold leads and deals again from the sets of events that the services keep.

    A fold that fails marks its lead stuck, keeps the events and lets the neighbours go on. After the
    fix is installed, this folds them again.

    For instance:

    ```
    leadtrace rebuild --stuck
    ```
    """
    if not stuck:
        errors.print("say what to rebuild: --stuck")
        raise typer.Exit(BAD_CONFIGURATION)
    call_everywhere(config, "rebuild-stuck")
