"""Every effective value with where it came from: default, file or environment; secrets masked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from leadtrace.runtime.logging import MASK
from leadtrace.runtime.settings import Settings, config_path, load_settings, read_environment, read_file


class Origin(StrEnum):
    """Who set a value."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class ConfigLine:
    """One key, such as `kafka.partitions`, with its value as text."""

    key: str
    value: str
    origin: Origin
    description: str


def config_report(path: Path | None = None) -> list[ConfigLine]:
    """The lines of every group, in the order of the file.

    Raises:
        SettingsError: the configuration cannot be used.
    """
    settings = load_settings(path)
    sources = (
        (Origin.ENVIRONMENT, read_environment()),
        (Origin.FILE, read_file(config_path(path))),
    )
    return list(_lines(settings, (), sources))


def _lines(
    model: BaseModel, path: tuple[str, ...], sources: Sequence[tuple[Origin, Mapping[str, Any]]]
) -> Iterator[ConfigLine]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        here = (*path, name)
        if isinstance(value, BaseModel):
            yield from _lines(value, here, sources)
        elif isinstance(model, Settings) and isinstance(value, dict):
            for entry, inner in value.items():
                yield from _lines(inner, (*here, entry), sources)
        else:
            origin = next((origin for origin, data in sources if _sets(data, here)), Origin.DEFAULT)
            yield ConfigLine(".".join(here), _shown(value), origin, field.description or "")


def _sets(data: Any, path: tuple[str, ...]) -> bool:
    for part in path:
        if not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return True


def _shown(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, tuple):
        return f"[{', '.join(_shown(inner) for inner in value)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
