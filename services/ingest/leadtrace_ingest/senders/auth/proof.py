"""What every way of proving who sent a request has in common."""

from typing import Protocol

from leadtrace_ingest.senders.sender import SignatureError, SignedRequest


class Proof(Protocol):
    """One way in which a request proves who sent it."""

    def check(self, request: SignedRequest) -> None:
        """Let an authentic request pass.

        Raises:
            SignatureError: it is not authentic; the message names the rule that it breaks.
        """


def require(holds: bool, rule: str, remedy: str) -> None:
    """Refuse a request that breaks a rule.

    Raises:
        SignatureError: the rule does not hold.
    """
    if not holds:
        raise SignatureError(rule, remedy)
