"""Who may post: Salesforce by a secret path and its organisation, a relay by its signature."""

from collections.abc import Collection, Sequence

from leadtrace_ingest.senders.auth.path_secret import PathSecret
from leadtrace_ingest.senders.auth.proof import require
from leadtrace_ingest.senders.auth.standard_webhooks import StandardWebhooks
from leadtrace_ingest.senders.compare import matches
from leadtrace_ingest.senders.salesforce.envelope import organization_of
from leadtrace_ingest.senders.sender import SignedRequest

CDC = "cdc"


class Proofs:
    """Checks the requests of one sender; `organizations` are long ids.

    Raises:
        ValueError: a secret is not in the form of Standard Webhooks.
    """

    def __init__(
        self, secrets: Sequence[bytes], path_secrets: Sequence[bytes], organizations: Collection[str]
    ) -> None:
        self._relay = StandardWebhooks(secrets)
        self._path = PathSecret(path_secrets)
        self._organizations = [one.encode() for one in organizations]

    def check(self, request: SignedRequest) -> bool:
        """Let an authentic request pass, and tell whether a relay posted it.

        Raises:
            SignatureError: it is not authentic.
        """
        if request.route == CDC:
            self._relay.check(request)
            return True
        self._path.check(request)
        organization = organization_of(request.body)
        require(
            organization is not None,
            "OrganizationId: the body is no Outbound Message that names one organisation.",
            "Have Salesforce post here; change events and platform events go to …/cdc, signed by the relay.",
        )
        require(
            matches(str(organization).encode(), self._organizations),
            "OrganizationId: this organisation may not post here.",
            "Add its id to the sender's `organizations`.",
        )
        return False
