"""What attribution is configured by."""

from dataclasses import dataclass
from pathlib import Path

from leadtrace.runtime.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class AttributionSettings:
    """The common settings, and the port that is attribution's own."""

    common: Settings
    port: int


def load(path: Path | None) -> AttributionSettings:
    """The effective settings.

    Raises:
        SettingsError: a key is unknown or a value does not fit.
    """
    common = load_settings(path)
    return AttributionSettings(common, common.ports.attribution)
