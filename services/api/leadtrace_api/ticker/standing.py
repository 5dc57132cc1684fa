"""Where the ticker stands in the snapshot of an answer, so that who reads both counts nothing twice."""

from leadtrace_api.reading import Reading, driver_of
from leadtrace_api.ticker.position import MOST_COUNTED, written

# In a snapshot, what is committed either has a number or waits for one.
_STANDING = (
    "select last_number, array(select entry_id from api.ticker_waiting where kind = 'funnel' limit $1) "
    "from api.ticker_state"
)


async def where_the_ticker_stands(now: Reading) -> str | None:
    """The position from which the ticker goes on behind a snapshot; None while too much has no number.

    Nor is there one where nothing was ever numbered, as in a database that was emptied.
    """
    found = await (await driver_of(now)).fetchrow(_STANDING, MOST_COUNTED + 1)
    if found is None or len(found[1]) > MOST_COUNTED:
        return None
    return written(found[0], found[1])
