"""A secret segment of the path, for senders that can neither sign nor authenticate."""

from collections.abc import Sequence

from leadtrace_ingest.senders.auth.proof import require
from leadtrace_ingest.senders.compare import matches
from leadtrace_ingest.senders.sender import SignedRequest


class PathSecret:
    """Checks the route below the sender's path."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = tuple(secrets)

    def check(self, request: SignedRequest) -> None:
        """Let a request pass whose route is a live secret.

        Raises:
            SignatureError: it is not.
        """
        require(
            matches(request.route.encode(), self._secrets),
            "The path does not end in the sender's secret segment.",
            "Post to /v1/webhooks/<sender>/<secret> with one of the sender's `path_secrets`.",
        )
