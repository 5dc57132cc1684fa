"""Deliveries from a file: JSON Lines, one request body a line, plain or gzipped."""

import gzip
from pathlib import Path

import msgspec

_EACH = msgspec.json.Decoder(list[msgspec.Raw])


class DeliveryFileError(ValueError):
    """The file does not hold one delivery a line; the message names the line."""


def read_deliveries(path: Path) -> list[bytes]:
    """The bodies in the file, in order; empty lines are passed over.

    Raises:
        DeliveryFileError: a line is not a JSON array.
        OSError: the file cannot be read.
    """
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    bodies = []
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            _EACH.decode(line)
        except msgspec.DecodeError as error:
            raise DeliveryFileError(
                f"{path.name}, line {number}: a delivery is a JSON array of events ({error})"
            ) from error
        bodies.append(line)
    return bodies


def count_events(bodies: list[bytes]) -> int:
    """How many events the bodies hold."""
    return sum(len(_EACH.decode(body)) for body in bodies)
