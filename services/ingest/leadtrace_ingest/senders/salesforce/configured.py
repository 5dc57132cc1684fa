"""The Salesforce adapter of a sender's table."""

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.senders.configured import path_secrets, vendor_mapping
from leadtrace_ingest.senders.salesforce.map import SalesforceAdapter
from leadtrace_ingest.senders.salesforce.record_id import long_id
from leadtrace_ingest.senders.salesforce.verify import CDC, Proofs

_ORGANIZATION = "00D"


def salesforce(name: str, given: SenderSettings, settings: Settings) -> SalesforceAdapter:
    """The adapter.

    Raises:
        SettingsError: nobody could post, or an organisation or a secret is not in its form.
        MappingError: its mapping file cannot be used.
    """
    organizations = [long_id(one) for one in given.organizations]
    paths = path_secrets(given)
    problems = []
    if not (paths or given.secrets):
        problems.append("path_secrets: Salesforce needs them, or a relay needs `secrets`")
    if bool(paths) != bool(organizations):
        problems.append("organizations: goes with path_secrets, and path_secrets with organizations")
    if not all(one and one.startswith(_ORGANIZATION) for one in organizations):
        problems.append("organizations: ids of 15 or 18 characters that begin with 00D")
    if CDC.encode() in paths:
        problems.append(f"path_secrets: {CDC} is where relays post, and no secret")
    if problems:
        raise SettingsError([f"senders.{name}.{problem}" for problem in problems])
    secrets = [secret.get_secret_value().encode() for secret in given.secrets]
    try:
        proofs = Proofs(secrets, paths, [one for one in organizations if one])
    except ValueError as error:
        raise SettingsError([f"senders.{name}.secrets: {error}"]) from None
    return SalesforceAdapter(name, proofs, vendor_mapping(given, settings))
