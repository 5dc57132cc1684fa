"""Mistakes in the form of a file: every one with its own place, and the known key that was probably meant."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import inspect

Found = tuple[dict[Any, Any], inspect.StructType, str]


def unknown_keys(value: Any, type_: type[msgspec.Struct]) -> list[str]:
    """One line for each key of `value` that the struct `type_` does not have, at any depth."""
    return [line for found in _tables(value, inspect.type_info(type_), "") for line in _unknown(*found)]


def mistake(value: Any, type_: type[msgspec.Struct]) -> str:
    """The first value that does not fit the struct `type_`, at any depth; empty if all do."""
    for table, struct, where in _tables(value, inspect.type_info(type_), ""):
        try:
            msgspec.convert(table, struct.cls)
        except msgspec.ValidationError as error:
            rule, _, path = str(error).partition(" - at `")
            if rule.startswith("Expected `str`, got `"):
                rule += "; quote it"
            place = path.removesuffix("`").removeprefix("key in ").removeprefix("$")
            return f"{where}{place}: {rule}".removeprefix(".").removeprefix(": ")
    return ""


def joined(where: str, key: object) -> str:
    """The place of a key below another."""
    return f"{where}.{key}" if where else str(key)


def _tables(value: Any, type_: inspect.Type, where: str) -> Iterator[Found]:
    """Every table of `value` that must be a struct, inner ones first, so that the nearest place is named."""
    match type_:
        case inspect.UnionType():
            for one in type_.types:
                yield from _tables(value, one, where)
        case inspect.StructType() if isinstance(value, dict):
            for field in type_.fields:
                if field.encode_name in value:
                    yield from _tables(value[field.encode_name], field.type, joined(where, field.encode_name))
            yield value, type_, where
        case inspect.DictType() if isinstance(value, dict):
            for key, one in value.items():
                yield from _tables(one, type_.value_type, joined(where, key))
        case inspect.ListType() if isinstance(value, list):
            for number, one in enumerate(value):
                yield from _tables(one, type_.item_type, f"{where}[{number}]")
        case _:
            return


def _unknown(table: dict[Any, Any], struct: inspect.StructType, where: str) -> Iterator[str]:
    known = [field.encode_name for field in struct.fields]
    for key in table:
        if key not in known:
            near = get_close_matches(str(key), known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known here are {', '.join(known)}"
            yield f"{joined(where, key)}: unknown key; {hint}"
