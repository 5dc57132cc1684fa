"""What services have told of every lead and deal, to be compared whatever the way to it was."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from tests.integration.chain.scene import Bodies

Told = Mapping[tuple[str, UUID], dict[str, Any]]

# Empty in what is told of a lead or a deal of which nothing is known.
NOTHING_KNOWN = {"outcome": "captured_at", "score": "at", "deal": "created_at"}


def told(bodies: Bodies) -> Told:
    """Every body by kind and entity, without when it became known: that is of the way, too."""
    found = {(kind, entity): msgspec.json.decode(body) for kind, entity, body in bodies}
    for body in found.values():
        body.pop("known", None)
    return found


def expect_told(expected: Told, found: Told) -> None:
    """All that was expected is found, field by field; a field that is left out is empty."""
    assert expected.keys() <= found.keys()
    for one, body in expected.items():
        assert {name: found[one].get(name) for name in body | found[one]} == {
            name: body.get(name) for name in body | found[one]
        }
