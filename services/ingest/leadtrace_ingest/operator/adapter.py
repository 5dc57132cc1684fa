"""Maps what an operator said of a sender's records: events of the catalogue, as in `/v1/events`."""

from leadtrace_ingest.senders.events.adapter import EventsAdapter
from leadtrace_ingest.senders.events.map import EventRules
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest

LABEL = "operator@1"


class OperatorAdapter(EventsAdapter):
    """Nobody posts here: only the admin routes mark deliveries as an operator's."""

    def __init__(self, sender: str) -> None:
        super().__init__(sender, _NoProof(), EventRules(sender, frozenset(), trusted=True), label=LABEL)


class _NoProof:
    def check(self, request: SignedRequest) -> None:
        """Refuse.

        Raises:
            SignatureError: always.
        """
        del request
        raise SignatureError(
            "only an admin route takes these", "Use `leadtrace identity` or `leadtrace correct`."
        )
