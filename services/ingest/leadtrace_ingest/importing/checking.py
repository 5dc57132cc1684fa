"""Every row goes through its mapping before it is posted, so that what is wrong with it is said at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from leadtrace_ingest.importing.mapping_file import ImportMapping
from leadtrace_ingest.importing.row import Row
from leadtrace_ingest.senders.imported.adapter import ImportAdapter
from leadtrace_ingest.senders.imported.header import ImportHeader, body_of
from leadtrace_ingest.senders.item import Item, ItemResult, Refused
from leadtrace_ingest.senders.sender import Delivery

_ENCODE = msgspec.json.Encoder(decimal_format="string").encode


@dataclass(frozen=True, slots=True)
class Checked:
    """A row as it will be posted, and what becomes of it; None where it is no row."""

    row: Row
    raw: bytes
    result: ItemResult | None

    @property
    def refusal(self) -> tuple[str, str] | None:
        """Reason and detail, if it is not to be posted."""
        if self.row.reason is not None:
            return self.row.reason.value, self.row.detail
        if isinstance(self.result, Refused):
            return self.result.reason.value, self.result.detail
        return None


class Checker:
    """Maps rows as the relay will, by the same code."""

    def __init__(
        self, mapping: ImportMapping, sender: str, header: ImportHeader, received_at: datetime
    ) -> None:
        self._adapter = ImportAdapter(sender, header, mapping.rows)
        self._delivery = Delivery("", {}, body_of(header, ()), received_at)

    def check(self, rows: Iterator[Row]) -> Iterator[Checked]:
        """Each row, with what becomes of it."""
        for row in rows:
            if row.reason is not None:
                yield Checked(row, b"", None)
                continue
            raw = row.raw if row.raw is not None else _ENCODE(row.cells)
            yield Checked(row, raw, self._adapter.map_item(Item(raw), self._delivery))
