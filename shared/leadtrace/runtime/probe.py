"""`python -m leadtrace.runtime.probe URL …`: exit code 0 if one of them answers 200; for health checks.

The standard library alone, because a container's health check starts it anew every few seconds.
"""

import http.client
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

_TIMEOUT_S = 3.0
_FAILED = 1
_WRONG_CALL = 2


def answers(url: str) -> bool:
    """Whether `url`, of scheme http, answers 200 within three seconds."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", address.path or "/")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(urls: Sequence[str]) -> int:
    """The exit code."""
    if not urls:
        print("usage: python -m leadtrace.runtime.probe URL …", file=sys.stderr)  # noqa: T201
        return _WRONG_CALL
    return 0 if any(answers(url) for url in urls) else _FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
