"""A small reader of OpenAPI 3.1: what a document answers with, and whether an example fits its schema.

It knows the words that our documents use and refuses the others, so that nothing passes unread.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

Json = dict[str, Any]

_SAID_ONLY = {"title", "description", "default", "examples", "example", "discriminator"}
_KNOWN = {"$ref", "type", "properties", "required", "items", "prefixItems", "anyOf", "oneOf", "allOf", "enum"}
_KNOWN |= {"const", "format", "additionalProperties", "minimum", "maximum", "minLength", "maxLength"}
_KNOWN |= {"minItems", "maxItems", "pattern", "exclusiveMinimum", "exclusiveMaximum"}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
_FORMATS: dict[str, Callable[[str], object]] = {
    "date-time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "uuid": UUID,
}


@dataclass(frozen=True, slots=True)
class Content:
    """One body that a route takes or answers with."""

    where: str
    media_type: str
    schema: Json
    examples: tuple[Any, ...]


def contents(document: Json) -> Iterator[Content]:
    """Every body of every route."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            bodies = {"request": operation["requestBody"]} if "requestBody" in operation else {}
            for status, answer in {**bodies, **operation["responses"]}.items():
                for media_type, given in answer.get("content", {}).items():
                    where = f"{method.upper()} {path} {status}"
                    yield Content(where, media_type, given.get("schema", {}), tuple(_examples(given)))


def _examples(given: Json) -> Iterator[Any]:
    if "example" in given:
        yield given["example"]
    yield from (one["value"] for one in given.get("examples", {}).values())


def misfits(value: Any, schema: Json, document: Json, at: str = "$") -> Iterator[str]:
    """Everything in which a value differs from its schema."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        schema = document["components"]["schemas"][name]
    unread = schema.keys() - _KNOWN - _SAID_ONLY
    assert not unread, f"{at}: this reader does not know {unread}"
    for word in ("anyOf", "oneOf"):
        if word in schema and not any(not list(misfits(value, one, document, at)) for one in schema[word]):
            yield f"{at}: fits none of {word}"
    for one in schema.get("allOf", ()):
        yield from misfits(value, one, document, at)
    if not _has_type(value, schema.get("type")):
        yield f"{at}: {value!r} is not of type {schema['type']}"
        return
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{at}: {value!r} is not among the values"
    yield from _inner_misfits(value, schema, document, at)


def _has_type(value: Any, wanted: str | list[str] | None) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted or list(_TYPES)
    return any(
        isinstance(value, _TYPES[name]) and (not isinstance(value, bool) or name == "boolean")
        for name in names
    )


def _inner_misfits(value: Any, schema: Json, document: Json, at: str) -> Iterator[str]:
    if isinstance(value, str) and schema.get("format") in _FORMATS:
        try:
            _FORMATS[schema["format"]](value)
        except ValueError:
            yield f"{at}: {value!r} is no {schema['format']}"
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from misfits(one, schema.get("items", {}), document, f"{at}[{number}]")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        yield from (f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value)
        others = schema.get("additionalProperties", not properties)
        for name, one in value.items():
            if name in properties:
                yield from misfits(one, properties[name], document, f"{at}.{name}")
            elif others is False:
                yield f"{at}: {name} is not in the schema"
            elif isinstance(others, dict):
                yield from misfits(one, others, document, f"{at}.{name}")
