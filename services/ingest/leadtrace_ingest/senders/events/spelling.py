"""Channels are written in lower case everywhere, so that spend, touches and leads of one channel meet."""

from typing import TypeVar

import msgspec

_Data = TypeVar("_Data", bound=msgspec.Struct)


def spelled(data: _Data) -> _Data:
    """The data of an event with its channels in lower case and without outer blanks."""
    return _in_rows(_in_acquisition(_own(data)))


def _own(data: _Data) -> _Data:
    given = getattr(data, "channel", None)
    channel = given.strip().lower() or None if isinstance(given, str) else given
    return data if channel == given else msgspec.structs.replace(data, channel=channel)


def _in_acquisition(data: _Data) -> _Data:
    given = getattr(data, "acquisition", None)
    if not isinstance(given, msgspec.Struct) or (acquisition := _own(given)) is given:
        return data
    return msgspec.structs.replace(data, acquisition=acquisition)


def _in_rows(data: _Data) -> _Data:
    given = getattr(data, "rows", None)
    return data if given is None else msgspec.structs.replace(data, rows=tuple(map(_own, given)))
