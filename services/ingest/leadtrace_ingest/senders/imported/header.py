"""An import as a delivery: a line that says how its rows are read, then a row a line, all of it JSON.

So a delivery can be mapped again at any time, whatever became of the file and of the mapping file.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

import msgspec

from leadtrace_ingest.senders.sender import Delivery

ROUTE_NAME = "import"
_HASH_DIGITS = 16

Hash = Annotated[str, msgspec.Meta(pattern=f"^[0-9a-f]{{{_HASH_DIGITS}}}$")]


class ImportFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which file the rows are of: the hash of its name, its format, the number of the first row in here."""

    file: Hash
    format: Annotated[str, msgspec.Meta(pattern="^[a-z]{1,16}$")]
    first_row: Annotated[int, msgspec.Meta(ge=1)]


class ImportHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The first line: `mapping` is the mapping file as JSON, `account` the source's part after the sender.

    `survivors` says that leads which ended before the file was made may be missing in it.
    """

    mapping: msgspec.Raw
    mapping_hash: Hash
    rows: ImportFormat
    account: Annotated[str, msgspec.Meta(max_length=100)] = ""
    survivors: bool = False


class ImportHeaderError(ValueError):
    """The delivery does not begin with a header; the message names key and rule."""


_HEADER = msgspec.json.Decoder(ImportHeader)


def hash_of(content: bytes) -> str:
    """A short hash by which a mapping or the name of a file is known."""
    return sha256(content).hexdigest()[:_HASH_DIGITS]


def body_of(header: ImportHeader, rows: Sequence[bytes]) -> bytes:
    """The body of a delivery."""
    return b"\n".join((msgspec.json.encode(header), *rows))


def read_header(body: bytes) -> ImportHeader:
    """The header of a delivery.

    Raises:
        ImportHeaderError: there is none, or the mapping is not the one that it names.
    """
    line, _, _ = body.partition(b"\n")
    try:
        header = _HEADER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImportHeaderError(f"the first line is no header of an import: {error}") from None
    if hash_of(bytes(header.mapping)) != header.mapping_hash:
        raise ImportHeaderError("mapping_hash: it is not the hash of `mapping`")
    return header


def rows_of(delivery: Delivery) -> list[bytes]:
    """The rows of a delivery; an empty line is none."""
    _, _, rows = delivery.body.partition(b"\n")
    return [row for row in rows.split(b"\n") if row.strip()]
