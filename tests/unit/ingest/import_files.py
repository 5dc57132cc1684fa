"""Files of vendors as an import reads and maps them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from leadtrace_ingest.importing.checking import Checked, Checker
from leadtrace_ingest.importing.mapping_file import load_import_mapping, mapping_path
from leadtrace_ingest.importing.reading import FileOptions, open_rows
from leadtrace_ingest.senders.imported.header import ImportFormat, ImportHeader, hash_of
from leadtrace_ingest.senders.item import Mapped
from tests.unit.ingest.deliveries import told

RECEIVED_AT = datetime(2026, 6, 1, tzinfo=UTC)


def checked(folder: Path, name: str, content: str, encoding: str = "utf-8") -> list[Checked]:
    """The rows of a file with this content, mapped by a shipped mapping."""
    path = folder / "export.csv"
    path.write_bytes(content.encode(encoding))
    mapping = load_import_mapping(mapping_path(name), "EUR")
    rows = ImportFormat(file=hash_of(b"export.csv"), format="csv", first_row=1)
    header = ImportHeader(msgspec.Raw(mapping.content), mapping.hash, rows, "33")
    with open_rows(path, mapping.file, FileOptions()) as opened:
        return list(Checker(mapping, "crm", header, RECEIVED_AT).check(opened.rows))


def events(one: Checked) -> list[tuple[str, str, str, Any]]:
    """Name, subject, time and data of each event of a row, personal fields left out."""
    assert one.refusal is None, one.refusal
    result = one.result
    assert isinstance(result, Mapped)
    found = []
    for (name, subject, data), draft in zip(told(result), result.drafts, strict=True):
        found.append(
            (
                name,
                subject,
                f"{draft.time:%Y-%m-%dT%H:%M:%S}",
                {k: v for k, v in data.items() if k != "personal"},
            )
        )
    return found


def names(one: Checked) -> list[tuple[str, str]]:
    """Name and subject of each event of a row."""
    return [(name, subject) for name, subject, _, _ in events(one)]
