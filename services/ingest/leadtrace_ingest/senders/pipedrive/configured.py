"""The Pipedrive adapter of a sender's table."""

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.senders.auth.basic import Basic
from leadtrace_ingest.senders.configured import live_secrets, vendor_mapping
from leadtrace_ingest.senders.pipedrive.map import PipedriveAdapter


def pipedrive(name: str, given: SenderSettings, settings: Settings) -> PipedriveAdapter:
    """The adapter.

    Raises:
        SettingsError: it has no user name or no password.
        MappingError: its mapping file cannot be used.
    """
    if not given.username:
        raise SettingsError([f"senders.{name}.username: a sender of kind {given.kind} needs one"])
    proof = Basic(given.username, live_secrets(name, given))
    return PipedriveAdapter(name, proof, vendor_mapping(given, settings))
