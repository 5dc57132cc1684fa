"""A mapping file of an import: how the file is written, under `file`, and the generic mapping of its rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.generic.keys import unknown_keys
from leadtrace_ingest.senders.generic.mapping import GenericMapping
from leadtrace_ingest.senders.imported.adapter import compiled
from leadtrace_ingest.senders.imported.header import hash_of
from leadtrace_ingest.senders.mapping.file import MappingError

_KEY = "file"
_SHIPPED = "imports"

Sign = Annotated[str, msgspec.Meta(min_length=1, max_length=1)]


class NumberSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How numbers of these columns are written: the sign before the decimals, the one between thousands."""

    columns: list[str]
    decimal: Sign = "."
    thousands: Annotated[str, msgspec.Meta(max_length=1)] = ","


class FileSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a file is written.

    `columns` are those without which it is another file; the first line that has them all is the header.
    `lists` names columns that hold several values and the sign between them, `ids_18` columns of Salesforce
    ids that may have 15 characters. Rows that agree in the columns of `gather` become one item, which holds
    them under `rows`; `skip` names columns and the values by which a row is no row, such as a total.
    """

    columns: list[str] = []
    delimiter: Sign | None = None
    encoding: str | None = None
    lists: dict[str, Sign] = {}
    numbers: list[NumberSpec] = []
    ids_18: list[str] = []
    gather: list[str] = []
    skip: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A mapping file as an import uses it; `content` is the generic part as JSON, which travels with rows."""

    file: FileSpec
    content: bytes
    hash: str
    rows: GenericMapping


def shipped_mappings() -> list[str]:
    """The names of the mappings that come with leadtrace."""
    return sorted(path.stem for path in shipped_path("mappings", _SHIPPED).glob("*.yaml"))


def mapping_path(given: str) -> Path:
    """The file that an operator means: a path, or the name of a shipped mapping.

    Raises:
        MappingError: there is neither.
    """
    path = Path(given)
    if path.is_file():
        return path
    shipped = shipped_path("mappings", _SHIPPED) / f"{given}.yaml"
    if "/" not in given and shipped.is_file():
        return shipped
    raise MappingError(
        f"{given}: no such file, and no shipped mapping; these are {', '.join(shipped_mappings())}"
    )


def load_import_mapping(path: Path, reporting_currency: str) -> ImportMapping:
    """The mapping of a file; amounts are in the reporting currency if it names none.

    Raises:
        MappingError: it cannot be read or breaks a rule.
    """
    try:
        value = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise MappingError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(value, dict):
        raise MappingError(f"{path}: a mapping file is a table of keys, such as `name: acme`")
    file = _file_spec(path, value.pop(_KEY, {}))
    content = msgspec.json.encode(value)
    try:
        rows = compiled(content, reporting_currency)
    except MappingError as error:
        lines = str(error).splitlines()
        raise MappingError("\n".join(f"{path}: {line.partition(': ')[2]}" for line in lines)) from None
    return ImportMapping(file, content, hash_of(content), rows)


def _file_spec(path: Path, value: Any) -> FileSpec:
    unknown = unknown_keys({_KEY: value}, _Wrapped)
    if unknown:
        raise MappingError("\n".join(f"{path}: {line}" for line in unknown))
    try:
        return msgspec.convert(value, FileSpec)
    except msgspec.ValidationError as error:
        raise MappingError(f"{path}: {_KEY}: {error}") from None


class _Wrapped(msgspec.Struct):
    file: FileSpec
