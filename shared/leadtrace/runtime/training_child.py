"""Training from a service: a child process that gets a request, answers and ends, within a deadline.

The service itself never loads scikit-learn: its memory goes with the child, and so does whatever it breaks.
"""

import asyncio
import sys
from typing import Final

from leadtrace.domain.predict.training import Request, Result, decode_result, encode_request

_MODULE: Final = "leadtrace.training"


class TrainingError(RuntimeError):
    """The child gave no result; the message is its own."""


async def train_in_child(request: Request, *, deadline_s: float) -> Result:
    """Have a child train, within `deadline_s` seconds.

    Raises: TrainingError: the request cannot be learnt from, the extra `training` is not installed, the
        child died or it took too long; it is gone then.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(deadline_s):
            answer, complaint = await child.communicate(encode_request(request))
    except TimeoutError:
        raise TrainingError(f"training took longer than {deadline_s} s") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        said = complaint.decode(errors="replace").strip().splitlines()
        raise TrainingError(said[-1] if said else f"the training process ended with {child.returncode}")
    return decode_result(answer)
