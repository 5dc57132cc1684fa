"""The adapters of a sender's table: Segment's HTTP API and its webhook destination."""

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.configured import live_secrets, path_secrets
from leadtrace_ingest.senders.mapping.compiled import Mapping, load_mapping
from leadtrace_ingest.senders.segment.adapter import SegmentAdapter
from leadtrace_ingest.senders.segment.webhook import SegmentWebhookAdapter

_SHIPPED = "segment.yaml"


def segment(name: str, given: SenderSettings, settings: Settings) -> SegmentAdapter:
    """The adapter of the HTTP API; the sender's secrets are its write keys.

    Raises:
        SettingsError: it has no write key.
        MappingError: its mapping file cannot be used.
    """
    keys = live_secrets(name, given)
    largest = settings.door.max_body_bytes
    return SegmentAdapter(name, keys, _mapping(given, settings), largest=largest, trusted=given.trusted)


def segment_webhook(name: str, given: SenderSettings, settings: Settings) -> SegmentWebhookAdapter:
    """The adapter of the webhook destination.

    Raises:
        SettingsError: it has no secret.
        MappingError: its mapping file cannot be used.
    """
    secrets = live_secrets(name, given)
    return SegmentWebhookAdapter(name, secrets, path_secrets(given), _mapping(given, settings))


def _mapping(given: SenderSettings, settings: Settings) -> Mapping:
    """Both kinds speak of the same messages and share the shipped file."""
    return load_mapping(given.mapping or shipped_path("mappings", _SHIPPED), settings.reporting.currency)
