"""What stands beside an item that could not be split off its delivery."""

import msgspec

from leadtrace_ingest.outcome import Reason


class Broken(msgspec.Struct, frozen=True, gc=False):
    """Why bytes are no item; `detail` names place and rule, never what stands there."""

    reason: Reason
    detail: str
