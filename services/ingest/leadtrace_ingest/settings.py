"""What ingest takes out of the one configuration: its senders, ready to verify and to map."""

from pathlib import Path

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace.runtime.settings_groups import SenderKind
from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.hubspot.map import HubSpotAdapter
from leadtrace_ingest.senders.hubspot.mapping import load_mapping
from leadtrace_ingest.senders.sender import Sender


def configured_senders(settings: Settings) -> dict[str, Sender]:
    """Every configured sender by name.

    Raises:
        MappingError: a mapping file cannot be used.
    """
    return {name: _sender(name, given, settings) for name, given in settings.senders.items()}


def _sender(name: str, given: SenderSettings, settings: Settings) -> Sender:
    match given.kind:
        case SenderKind.HUBSPOT:
            mapping = load_mapping(_mapping_path(given), settings.reporting.currency)
            secrets = [secret.get_secret_value().encode() for secret in given.secrets]
            adapter = HubSpotAdapter(name, secrets, mapping)
    return Sender(name, given.rank, _public_base(given, settings), adapter)


def _mapping_path(given: SenderSettings) -> Path:
    return given.mapping or shipped_path("mappings", f"{given.kind}.yaml")


def _public_base(given: SenderSettings, settings: Settings) -> bytes:
    # Never the Host header: whoever calls could choose what the signature is checked against.
    own = f"http://{settings.ports.host}:{settings.ports.ingest}"
    return (given.public_url or own).rstrip("/").encode()
