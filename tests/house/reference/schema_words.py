"""JSON Schema as a person reads it in a table: `integer, 1 to 500`, `list of text`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
# How a named schema is spoken of: by a link, by its values, by its name.
Named = Callable[[str], str]

_FORMATS = {"date": "day", "date-time": "moment", "uuid": "UUID", "password": "secret text", "path": "path"}
_TYPES = {"string": "text", "number": "number", "integer": "integer", "boolean": "boolean"}
_BOUNDS = (
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "less than {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} entries"),
    ("maxItems", "at most {} entries"),
)
_OF_64_BITS = (-(2**63), 2**63 - 1)
_NOTHING = {"type": "null"}


def words(schema: Schema, named: Named) -> str:
    """What fits a schema; whether it may be left out is told elsewhere."""
    if "$ref" in schema:
        return named(schema["$ref"].rpartition("/")[2])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(words(one, named) for one in schema[several] if one != _NOTHING)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " or ".join(f"`{value}`" if value != "" else "empty" for value in values)
    return ", ".join([_kind(schema, named), *_bounds(schema)])


def cell(text: str) -> str:
    """A text that stands in one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(*headings: str) -> Iterator[str]:
    """The two lines that begin a Markdown table."""
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"


def row(*cells: str) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cell(one) for one in cells)} |"


def _kind(schema: Schema, named: Named) -> str:
    kind: Any = schema.get("type")
    if isinstance(kind, list):
        return " or ".join(_TYPES.get(str(one), str(one)) for one in kind if one != "null")
    if kind == "array":
        inner = schema.get("items") or {"anyOf": schema.get("prefixItems", [{}])}
        return f"list of {words(inner, named)}"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"object of {words(values, named)}" if isinstance(values, dict) else "object"
    return _FORMATS.get(schema.get("format", ""), _TYPES.get(str(kind), "any value"))


def _bounds(schema: Schema) -> Iterator[str]:
    given = dict(schema)
    if (given.get("minimum"), given.get("maximum")) == _OF_64_BITS:
        del given["minimum"], given["maximum"]
        yield "of 64 bits"
    if {"minimum", "maximum"} <= given.keys():
        yield f"{_number(given.pop('minimum'))} to {_number(given.pop('maximum'))}"
    for key, text in _BOUNDS:
        if key in given:
            yield text.format(_number(given[key]))
    if "pattern" in given:
        yield f"like `{given['pattern']}`"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
