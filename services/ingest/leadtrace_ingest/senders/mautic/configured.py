"""The Mautic adapter of a sender's table."""

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.senders.auth.body_hmac import BodyHmac
from leadtrace_ingest.senders.configured import live_secrets, vendor_mapping
from leadtrace_ingest.senders.mautic.map import SIGNATURE_HEADER, MauticAdapter


def mautic(name: str, given: SenderSettings, settings: Settings) -> MauticAdapter:
    """The adapter.

    Raises:
        SettingsError: it has no secret.
        MappingError: its mapping file cannot be used.
    """
    proof = BodyHmac(SIGNATURE_HEADER, live_secrets(name, given))
    return MauticAdapter(name, proof, vendor_mapping(given, settings))
