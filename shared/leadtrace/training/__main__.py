"""`python -m leadtrace.training`: a request on standard input, a result on standard output, then it ends.

Exit code 2 says on standard error, in words, what the request or this installation lacks.
"""

import os
import sys

import msgspec

from leadtrace.domain.predict.training import decode_request, encode_result
from leadtrace.training.extra import MissingExtraError
from leadtrace.training.run import train

CANNOT_TRAIN = 2
# Lowest priority: live traffic goes first.
_NICE = 19


def main() -> int:
    """Train once; the exit code."""
    os.nice(_NICE)
    try:
        result = train(decode_request(sys.stdin.buffer.read()))
    except (MissingExtraError, msgspec.DecodeError, ValueError) as error:
        print(f"training: {error}", file=sys.stderr)  # noqa: T201 - the parent reads it
        return CANNOT_TRAIN
    sys.stdout.buffer.write(encode_result(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
