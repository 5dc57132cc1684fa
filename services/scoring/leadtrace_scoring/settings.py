"""What scoring is configured by."""

from dataclasses import dataclass

from leadtrace.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class ScoringSettings:
    """The common settings, and the port that is scoring's own."""

    common: Settings
    port: int


def scoring_settings(settings: Settings) -> ScoringSettings:
    """Scoring's part of the settings."""
    return ScoringSettings(settings, settings.ports.scoring)
