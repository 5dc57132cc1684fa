"""Events of the catalogue that a relay signs as Standard Webhooks says."""

from collections.abc import Mapping
from types import MappingProxyType

from leadtrace_ingest.senders.auth import standard_webhooks
from leadtrace_ingest.senders.events.adapter import EventsAdapter


class StandardWebhooksAdapter(EventsAdapter):
    """Takes what an events sender may post, on its own path; what is bad goes to quarantine behind the 202.

    A relay tries again for days whatever is refused, so nothing is refused that is authentic.
    """

    kept_headers = EventsAdapter.kept_headers | standard_webhooks.KEPT_HEADERS
    validates = False
    paths: Mapping[str, str] = MappingProxyType({})
