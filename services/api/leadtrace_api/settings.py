"""What the api takes out of the one configuration."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from leadtrace.domain.rates import NO_RATES, Rates
from leadtrace.runtime.rates import configured_rates
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Profile


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """How the api shows numbers, and whether this machine may read them without a key."""

    currency: str
    timezone: str
    embedded: bool
    fan_in: int = 10
    cors_origins: tuple[str, ...] = ()
    rates: Rates = NO_RATES

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that days are cut in."""
        return ZoneInfo(self.timezone)


def api_settings(settings: Settings) -> ApiSettings:
    """The api's part of the settings."""
    return ApiSettings(
        currency=settings.reporting.currency,
        timezone=settings.reporting.timezone,
        embedded=settings.profile is Profile.EMBEDDED,
        fan_in=settings.identity.fan_in,
        cors_origins=settings.api.cors_origins,
        rates=configured_rates(settings),
    )
