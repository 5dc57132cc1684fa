"""What must hold within a posting of spend, beyond the form of its fields."""

from typing import Any

from leadtrace_ingest.senders.events.envelope import Named
from leadtrace_ingest.senders.events.invalid import InvalidEventError


def check_spend(subject: Named, data: Any) -> None:
    """Let a posting pass whose rows lie within its scope.

    Raises:
        InvalidEventError: it is of another account than its subject, or has days out of order or scope.
    """
    if subject != ("spend", data.account):
        raise InvalidEventError("subject", "must be spend/<account>", "Name the account of the data.")
    if data.from_ > data.to:
        raise InvalidEventError("data.from", "lies after data.to", "Correct the days.")
    for number, row in enumerate(data.rows):
        place = f"data.rows[{number}]"
        if row.from_ > row.to:
            raise InvalidEventError(f"{place}.from", f"lies after {place}.to", "Correct the days.")
        if not data.from_ <= row.from_ <= row.to <= data.to:
            raise InvalidEventError(place, "lies outside data.from and data.to", "Widen the scope.")
