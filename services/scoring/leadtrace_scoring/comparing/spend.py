"""Adds up what was spent, from the postings as they were published; a sum that may be wrong is not told."""

from leadtrace.domain.comparison.spending import Spending, SpendLedger
from leadtrace.domain.corrections import Correction, corrected_by
from leadtrace.events.codec import UndecodableError, decode_data, decode_event, known_type
from leadtrace.events.correction import EventCorrected
from leadtrace.events.spend import SpendRecorded
from leadtrace.events.times import to_micros
from leadtrace.events.topics import Topic
from leadtrace.store.connection import Connection, Pool
from leadtrace_scoring.comparing.queries import EVENT_NUMBERS, EVENTS, LAPSED

_TOPIC = Topic.SPEND_EVENTS.value
_PAGE = 500
_LAPSED = "postings of spend are kept no longer: what they said is not known"
_UNREADABLE = "a posting of spend cannot be read"


async def spending(pool: Pool) -> Spending:
    """All that was spent by the postings that count, or why that cannot be told."""
    ledger, after = SpendLedger(), 0
    while True:
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            if not after and await connection.fetchval(LAPSED, _TOPIC):
                return Spending(None, _LAPSED)
            numbers = [row[0] for row in await connection.fetch(EVENT_NUMBERS, after, _TOPIC, _PAGE)]
            reason = await _post(connection, numbers, ledger)
        if reason is not None:
            return Spending(None, reason)
        if len(numbers) < _PAGE:
            return Spending(ledger.total())
        after = numbers[-1]


async def _post(connection: Connection, numbers: list[int], ledger: SpendLedger) -> str | None:
    """Take postings into the ledger; what keeps them from being counted."""
    for _, body in await connection.fetch(EVENTS, numbers):
        try:
            event = decode_event(body)
            if known_type(event) is None:
                return _UNREADABLE
            data = decode_data(event)
        except UndecodableError:
            return _UNREADABLE
        recorded = to_micros(event.recordedtime)
        if isinstance(data, SpendRecorded):
            ledger.post(event.source, event.id, data, recorded=recorded)
        elif isinstance(data, EventCorrected):
            corrected = corrected_by(data, event.subjectsource or event.source)
            ledger.correct(Correction(recorded, (event.source, event.id), corrected))
    return None
