"""Why the door answers a request with a problem, and stores nothing of it."""

from collections.abc import Mapping

from starlette.responses import Response

from leadtrace.runtime.problem import problem

RETRY_AFTER_S = 5


class RefusedRequestError(Exception):
    """The request is answered with this problem, and nothing of it is stored."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class ClientGoneError(Exception):
    """The sender hung up before the body was complete; nobody waits for an answer."""


def unknown_sender() -> RefusedRequestError:
    """Nobody is configured under this path."""
    return RefusedRequestError(
        problem(
            404,
            "unknown_sender",
            "No sender of this name is configured.",
            remedy="Add a table [senders.<name>] to leadtrace.toml and call /v1/webhooks/<name>.",
        )
    )


def wrong_method(allowed: str) -> RefusedRequestError:
    """The path takes no such method."""
    return RefusedRequestError(
        problem(405, "method_not_allowed", "Events are posted.", headers={"Allow": allowed})
    )


def not_authentic(rule: str, remedy: str) -> RefusedRequestError:
    """The signature or the key is missing, wrong or stale."""
    return RefusedRequestError(problem(401, "signature", rule, remedy=remedy))


def keys_not_read() -> RefusedRequestError:
    """The request shows an API key, and this door could not read the keys since it started."""
    return RefusedRequestError(
        problem(
            503,
            "keys_not_read",
            "The door cannot tell yet whether this API key is live.",
            remedy="Deliver it again.",
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )
    )


def too_large(detail: str) -> RefusedRequestError:
    """A limit of [door] is exceeded."""
    remedy = "Send fewer items in one request, or raise the limit in [door]."
    return RefusedRequestError(problem(413, "too_large", detail, remedy=remedy))


def headers_too_large(detail: str) -> RefusedRequestError:
    """There are more headers than the door takes."""
    remedy = "Send fewer or shorter headers; put what is long into the body."
    return RefusedRequestError(problem(431, "headers_too_large", detail, remedy=remedy))


def too_many(limit: str, retry_after_s: int) -> RefusedRequestError:
    """A limit of the sender's own table is exceeded for now."""
    return RefusedRequestError(
        problem(
            429,
            "too_many_items",
            f"This is more than {limit}; nothing of it is stored.",
            remedy="Post it again after Retry-After, or raise the limit in the table of this sender.",
            headers={"Retry-After": str(retry_after_s)},
        )
    )


def import_waits(deliveries: int, retry_after_s: int) -> RefusedRequestError:
    """An import is ahead of the relay."""
    return RefusedRequestError(
        problem(
            429,
            "import_waits",
            f"{deliveries} imported deliveries of this sender wait for the relay; nothing of this is stored.",
            remedy="Post it again after Retry-After; if that does not help, see whether relay and Kafka run.",
            headers={"Retry-After": str(retry_after_s)},
        )
    )


def broken_encoding(detail: str) -> RefusedRequestError:
    """The body is not what its Content-Encoding says."""
    return RefusedRequestError(
        problem(400, "broken_encoding", detail, remedy="Send it as it is, or compressed with gzip.")
    )


def not_durable(why: str, headers: Mapping[str, str] | None = None) -> RefusedRequestError:
    """Nothing could keep the delivery in time."""
    return RefusedRequestError(
        problem(
            503,
            "not_durable",
            f"The delivery could not be made durable: {why}.",
            remedy="Deliver it again; what is delivered twice counts once.",
            headers={"Retry-After": str(RETRY_AFTER_S), **(headers or {})},
        )
    )
