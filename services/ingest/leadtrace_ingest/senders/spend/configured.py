"""The spend adapter of a sender's table."""

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.senders.spend.map import SpendAdapter


def spend(name: str, given: SenderSettings, _: Settings) -> SpendAdapter:
    """The adapter; a sender without secrets of its own is posted to with API keys alone."""
    return SpendAdapter(name, [secret.get_secret_value().encode() for secret in given.secrets])
