"""The events adapter of a sender's table."""

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.senders.auth.bearer import Bearer
from leadtrace_ingest.senders.events.adapter import EventsAdapter
from leadtrace_ingest.senders.events.handshake import ANY_RATE
from leadtrace_ingest.senders.events.map import EventRules


def events(name: str, given: SenderSettings, settings: Settings) -> EventsAdapter:
    """The adapter; without a secret of its table only an API key made for the sender opens the door."""
    proof = Bearer([secret.get_secret_value().encode() for secret in given.secrets])
    rules = EventRules(name, other_senders(name, settings), trusted=given.trusted)
    return EventsAdapter(name, proof, rules, allowed_rate(given))


def other_senders(name: str, settings: Settings) -> frozenset[str]:
    """The names of all senders but this one: their sources are theirs."""
    return frozenset(settings.senders) - {name}


def allowed_rate(given: SenderSettings) -> bytes:
    """What the handshake says: requests a minute, as many as items."""
    return ANY_RATE if given.items_per_s is None else str(max(1, int(given.items_per_s * 60))).encode()
