"""What scoring is configured by."""

from dataclasses import dataclass
from pathlib import Path

from leadtrace.runtime.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class ScoringSettings:
    """The common settings, and the port that is scoring's own."""

    common: Settings
    port: int


def load(path: Path | None) -> ScoringSettings:
    """The effective settings.

    Raises:
        SettingsError: a key is unknown or a value does not fit.
    """
    common = load_settings(path)
    return ScoringSettings(common, common.ports.scoring)
