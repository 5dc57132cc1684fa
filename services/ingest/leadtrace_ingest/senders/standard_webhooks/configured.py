"""The Standard Webhooks adapter of a sender's table."""

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.senders.auth.standard_webhooks import StandardWebhooks
from leadtrace_ingest.senders.configured import live_secrets
from leadtrace_ingest.senders.events.configured import allowed_rate, other_senders
from leadtrace_ingest.senders.standard_webhooks.adapter import StandardWebhooksAdapter


def standard_webhooks(name: str, given: SenderSettings, settings: Settings) -> StandardWebhooksAdapter:
    """The adapter.

    Raises:
        SettingsError: it has no secret, one is not of the specification's form, or it names a mapping.
    """
    if given.mapping is not None:
        raise SettingsError(
            [f"senders.{name}.mapping: a sender of kind {given.kind} posts events as they are, without one"]
        )
    try:
        proof = StandardWebhooks(live_secrets(name, given))
    except ValueError as error:
        raise SettingsError([f"senders.{name}.secrets: {error}"]) from None
    return StandardWebhooksAdapter(name, proof, other_senders(name, settings), allowed_rate(given))
