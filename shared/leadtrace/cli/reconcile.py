"""`leadtrace reconcile`: compare both sides of every hop and send again what is missing."""

from leadtrace.cli.admin_client import call_everywhere
from leadtrace.cli.console import ConfigOption


def reconcile(config: ConfigOption = None) -> None:
    """Count, hop by hop, what the owner holds and the reader lacks, and publish exactly that again.

    Services do this by themselves at their start and when they meet a new broker. A count that stays
    above 0 after a while means that a reader does not get on: look at `leadtrace status` and the logs.

    For instance:

    ```
    leadtrace reconcile
    ```
    """
    call_everywhere(config, "reconcile")
