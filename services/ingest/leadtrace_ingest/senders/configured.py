"""What the makers of adapters need of a sender's table, and how they say what it lacks."""

from pathlib import Path

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.mapping.compiled import Mapping, load_mapping


def live_secrets(name: str, given: SenderSettings) -> tuple[bytes, ...]:
    """The live secrets as bytes.

    Raises:
        SettingsError: there is none.
    """
    if not given.secrets:
        raise SettingsError([f"senders.{name}.secrets: a sender of kind {given.kind} needs one or two"])
    return tuple(secret.get_secret_value().encode() for secret in given.secrets)


def path_secrets(given: SenderSettings) -> tuple[bytes, ...]:
    """The live secret segments of the path as bytes; none is fine for a sender that can sign."""
    return tuple(secret.get_secret_value().encode() for secret in given.path_secrets)


def vendor_mapping(given: SenderSettings, settings: Settings) -> Mapping:
    """The mapping that the table names, else the shipped one of the kind.

    Raises:
        MappingError: the file cannot be used.
    """
    path: Path = given.mapping or shipped_path("mappings", f"{given.kind}.yaml")
    return load_mapping(path, settings.reporting.currency)
