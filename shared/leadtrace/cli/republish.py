"""`leadtrace republish`: have every owner send all its rows again."""

from leadtrace.cli.admin_client import call_everywhere
from leadtrace.cli.console import ConfigOption


def republish(config: ConfigOption = None) -> None:
    """Publish every event and every snapshot again, for a reader that is new or was rebuilt.

    Nothing counts twice: readers know what they have. On a large installation this takes a while;
    `leadtrace reconcile` sends only what is missing.

    For instance:

    ```
    leadtrace republish
    ```
    """
    call_everywhere(config, "republish")
