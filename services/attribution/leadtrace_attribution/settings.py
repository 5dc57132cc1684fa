"""What attribution is configured by."""

from dataclasses import dataclass

from leadtrace.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class AttributionSettings:
    """The common settings, and the port that is attribution's own."""

    common: Settings
    port: int


def attribution_settings(settings: Settings) -> AttributionSettings:
    """Attribution's part of the settings."""
    return AttributionSettings(settings, settings.ports.attribution)
