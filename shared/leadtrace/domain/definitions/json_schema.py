"""The JSON Schema of the files in `definitions/`: what the typed reading takes, for editors."""

from inspect import cleandoc
from typing import Any

import msgspec

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """What a file that holds this struct may look like; the rules of the lint go further."""
    return {"$schema": DIALECT, **_clean(msgspec.json.schema(kind))}


def _clean(node: Any) -> Any:
    """The same with docstrings as their lines were meant."""
    if isinstance(node, dict):
        return {key: _description(one) if key == "description" else _clean(one) for key, one in node.items()}
    return [_clean(one) for one in node] if isinstance(node, list) else node


def _description(value: Any) -> Any:
    # A property may be called so too.
    return cleandoc(value) if isinstance(value, str) else _clean(value)
