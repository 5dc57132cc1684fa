"""What ingest takes out of the one configuration: its senders, ready to verify and to map."""

from collections.abc import Callable, Mapping

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace.runtime.settings_groups import SenderKind
from leadtrace_ingest.operator.adapter import OperatorAdapter
from leadtrace_ingest.senders.events.configured import events
from leadtrace_ingest.senders.generic.configured import generic
from leadtrace_ingest.senders.hubspot.configured import hubspot
from leadtrace_ingest.senders.imported.adapter import Imports
from leadtrace_ingest.senders.mautic.configured import mautic
from leadtrace_ingest.senders.pipedrive.configured import pipedrive
from leadtrace_ingest.senders.salesforce.configured import salesforce
from leadtrace_ingest.senders.segment.configured import segment, segment_webhook
from leadtrace_ingest.senders.sender import Adapter, Sender, Standing
from leadtrace_ingest.senders.spend.configured import spend
from leadtrace_ingest.senders.standard_webhooks.configured import standard_webhooks

Maker = Callable[[str, SenderSettings, Settings], Adapter]

# The room of each kind makes its adapter out of the sender's name, its table and all settings.
MAKERS: Mapping[SenderKind, Maker] = {
    SenderKind.GENERIC: generic,
    SenderKind.HUBSPOT: hubspot,
    SenderKind.SPEND: spend,
    SenderKind.EVENTS: events,
    SenderKind.STANDARD_WEBHOOKS: standard_webhooks,
    SenderKind.PIPEDRIVE: pipedrive,
    SenderKind.MAUTIC: mautic,
    SenderKind.SEGMENT: segment,
    SenderKind.SEGMENT_WEBHOOK: segment_webhook,
    SenderKind.SALESFORCE: salesforce,
}


_CRMS = frozenset({SenderKind.HUBSPOT, SenderKind.SALESFORCE, SenderKind.PIPEDRIVE, SenderKind.MAUTIC})


def configured_senders(settings: Settings) -> dict[str, Sender]:
    """Every configured sender by name.

    Raises:
        SettingsError: a sender lacks what its kind needs.
        MappingError: a mapping file cannot be used.
    """
    return {name: _sender(name, given, settings) for name, given in settings.senders.items()}


def _sender(name: str, given: SenderSettings, settings: Settings) -> Sender:
    adapter = MAKERS[given.kind](name, given, settings)
    imports = Imports(name, settings.reporting.currency)
    base = _public_base(given, settings)
    return Sender(
        name,
        given.rank,
        base,
        adapter,
        max_depth=settings.door.max_depth,
        standing=Standing.CRM if given.kind in _CRMS else Standing.FORM,
        trusted=_is_trusted(given),
        imports=imports,
        operator=OperatorAdapter(name),
    )


def _is_trusted(given: SenderSettings) -> bool:
    """Whether anybody but the company's own systems could have said it."""
    match given.kind:
        case SenderKind.SEGMENT:
            return given.trusted
        case SenderKind.SEGMENT_WEBHOOK:
            return bool(given.path_secrets)
        case _:
            return True


def _public_base(given: SenderSettings, settings: Settings) -> bytes:
    # Never the Host header: whoever calls could choose what the signature is checked against.
    own = f"http://{settings.ports.host}:{settings.ports.ingest}"
    return (given.public_url or own).rstrip("/").encode()
