"""When Python looks for cycles: rarely, because nothing that a batch makes is part of one.

Left alone it looks through all young objects at every 700 new ones, and a batch makes tens of thousands
that live until its end: that took a sixth of a relay's time and half of a projector's.
"""

import gc

_COLLECT_EVERY = 50_000
_OLDER_EVERY = 20


def collect_rarely() -> None:
    """Leave what is there by now out for good, and look through the rest only now and then."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY, _OLDER_EVERY, _OLDER_EVERY)
