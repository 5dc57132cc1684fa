"""The Standard Webhooks adapter of a sender's table."""

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.senders.auth.standard_webhooks import StandardWebhooks
from leadtrace_ingest.senders.configured import live_secrets
from leadtrace_ingest.senders.events.configured import allowed_rate, other_senders
from leadtrace_ingest.senders.events.map import EventRules
from leadtrace_ingest.senders.generic.adapter import GenericAdapter
from leadtrace_ingest.senders.generic.loading import load_generic
from leadtrace_ingest.senders.standard_webhooks.adapter import StandardWebhooksAdapter


def standard_webhooks(
    name: str, given: SenderSettings, settings: Settings
) -> StandardWebhooksAdapter | GenericAdapter:
    """The adapter of events as they are, or of whatever else a mapping file makes events of.

    Raises:
        SettingsError: it has no secret, or one is not of the specification's form.
        MappingError: its mapping file cannot be used.
    """
    try:
        proof = StandardWebhooks(live_secrets(name, given))
    except ValueError as error:
        raise SettingsError([f"senders.{name}.secrets: {error}"]) from None
    if given.mapping is not None:
        return GenericAdapter(name, proof, load_generic(given.mapping, settings.reporting.currency))
    rules = EventRules(name, other_senders(name, settings), trusted=given.trusted)
    return StandardWebhooksAdapter(name, proof, rules, allowed_rate(given))
