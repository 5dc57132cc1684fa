"""A mapping file of an import: how the file is written, and the generic mapping of its rows."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import yaml

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.generic.loading import load_generic, read_generic_file
from leadtrace_ingest.senders.generic.mapping import GenericMapping
from leadtrace_ingest.senders.imported.file_spec import FileSpec
from leadtrace_ingest.senders.imported.header import hash_of
from leadtrace_ingest.senders.mapping.file import MappingError

_SHIPPED_BESIDE = "hubspot.yaml"
_SHIPPED_PREFIX = "imports/"


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A mapping file as an import uses it; `content` is all of it as JSON, which travels with the rows."""

    file: FileSpec
    content: bytes
    hash: str
    rows: GenericMapping


def shipped_folder() -> Path:
    """Where the mappings lie that come with leadtrace."""
    return shipped_path("mappings", _SHIPPED_BESIDE).parent / "imports"


def mapping_path(given: str) -> Path:
    """The file that an operator means: a path, or the name of a shipped mapping.

    Raises:
        MappingError: there is neither.
    """
    # `leadtrace mapping show` lists them with their folder in front.
    path, name = Path(given), given.removeprefix(_SHIPPED_PREFIX)
    shipped = shipped_folder() / f"{name}.yaml"
    if path.is_file():
        return path
    if "/" not in name and shipped.is_file():
        return shipped
    names = ", ".join(sorted(path.stem for path in shipped_folder().glob("*.yaml")))
    raise MappingError(f"{given}: no such file, and no shipped mapping; shipped are {names}")


def load_import_mapping(path: Path, reporting_currency: str) -> ImportMapping:
    """The mapping of a file; amounts are in the reporting currency if it names none.

    Raises:
        MappingError: it cannot be read or breaks a rule.
    """
    rows = load_generic(path, reporting_currency)
    file = read_generic_file(path).file
    content = msgspec.json.encode(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
    return ImportMapping(file, content, hash_of(content), rows)
