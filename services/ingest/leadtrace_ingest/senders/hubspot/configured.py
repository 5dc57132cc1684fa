"""The HubSpot adapter of a sender's table."""

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.senders.configured import live_secrets, vendor_mapping
from leadtrace_ingest.senders.hubspot.map import HubSpotAdapter


def hubspot(name: str, given: SenderSettings, settings: Settings) -> HubSpotAdapter:
    """The adapter.

    Raises:
        SettingsError: it has no secret.
        MappingError: its mapping file cannot be used.
    """
    return HubSpotAdapter(name, live_secrets(name, given), vendor_mapping(given, settings))
