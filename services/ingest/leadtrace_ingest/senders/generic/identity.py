"""What makes an item itself where it bears no id: all that it says, and nothing of how it was delivered."""

from collections.abc import Sequence
from typing import Any

import msgspec

_ENCODE = msgspec.json.Encoder(order="sorted").encode


def content_of(item: Any, delivery: Sequence[str]) -> bytes:
    """The item as bytes, whatever the order of its keys, without the fields of its delivery."""
    for path in delivery:
        item = _without(item, path)
    return _ENCODE(item)


def _without(item: Any, path: str) -> Any:
    """A copy without the field; a name with dots in it stands before the path that it may also be."""
    if not isinstance(item, dict):
        return item
    if path in item:
        return {name: value for name, value in item.items() if name != path}
    first, _, rest = path.partition(".")
    if not rest or first not in item:
        return item
    return item | {first: _without(item[first], rest)}
