"""What attribution is configured by."""

from dataclasses import dataclass

from leadtrace.domain.rates import NO_RATES, Rates
from leadtrace.runtime.rates import configured_rates
from leadtrace.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class AttributionSettings:
    """The common settings, and what is attribution's own: its port, and the rates that count money."""

    common: Settings
    port: int
    rates: Rates = NO_RATES


def attribution_settings(settings: Settings) -> AttributionSettings:
    """Attribution's part of the settings."""
    return AttributionSettings(settings, settings.ports.attribution, configured_rates(settings))
