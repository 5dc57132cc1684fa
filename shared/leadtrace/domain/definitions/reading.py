"""Bytes of a YAML file to structs, or to every finding that stands in the way; no text raises else."""

import difflib
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from leadtrace.domain.definitions.finding import Finding, nearest
from leadtrace.domain.definitions.lines import Outline, Path, outline
from leadtrace.domain.definitions.problem import DefinitionsError, Problem

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]*)`")
_MISSING = re.compile(r"missing required field `(?P<key>[^`]*)`")
_NOT_LISTED = re.compile(r"Invalid enum value '(?P<value>.*)'")
_MANY = ("got `array`", "got `object`", "got `null`")
_OF_THAT_KIND = "write a value of that kind"
_YAML_LINE = re.compile(r"line (\d+)")
# What the reader of YAML raises for a tag that does not fit its text, and for what nests too deep.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

T = TypeVar("T", bound=msgspec.Struct)


def read_tree(text: bytes, name: str) -> tuple[str, Any]:
    """The text itself, and what it holds as YAML.

    Raises:
        DefinitionsError: it is no UTF-8 or no YAML.
    """
    try:
        return text.decode(), msgspec.yaml.decode(text)
    except UnicodeDecodeError as error:
        raise DefinitionsError([Problem(name, 0, "", "is not UTF-8", "save it as UTF-8")]) from error
    except msgspec.DecodeError as error:
        lines = _YAML_LINE.findall(str(error))
        rule = "is not YAML: " + " ".join(str(error).split())
        remedy = "look at the indentation and the quotes there"
        raise DefinitionsError([Problem(name, int(lines[-1]) if lines else 0, "", rule, remedy)]) from error
    except _UNREADABLE as error:
        rule = f"holds a value that cannot be read ({type(error).__name__})"
        remedy = "write texts, numbers and lists plainly, without tags, and nest them less"
        raise DefinitionsError([Problem(name, 0, "", rule, remedy)]) from error


def read_typed(text: bytes, name: str, kind: type[T], findings: Callable[[T], Iterable[Finding]]) -> T:
    """The struct that `text` holds; `name` is what messages call the file.

    Raises:
        DefinitionsError: not YAML, a key that is unknown, missing, repeated or of the wrong kind, or a
            rule of the lint that does not hold.
    """
    written, tree = read_tree(text, name)
    places = outline(written)
    problems = [
        Problem(name, line, _dotted(path), "stands here a second time", "keep one of the two")
        for path, line in places.repeated
    ]
    try:
        typed = msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        raise DefinitionsError([*problems, _shape(str(error), name, places, kind)]) from error
    except _UNREADABLE as error:
        rule = f"holds a value that cannot be used ({type(error).__name__})"
        raise DefinitionsError([*problems, Problem(name, 0, "", rule, "write smaller numbers")]) from error
    problems += [
        Problem(name, places.line_of(finding.path), _dotted(finding.path), finding.rule, finding.remedy)
        for finding in findings(typed)
    ]
    if problems:
        raise DefinitionsError(problems)
    return typed


def _shape(message: str, name: str, places: Outline, kind: type[msgspec.Struct]) -> Problem:
    """A finding of the typed decoding, with the key that it speaks of."""
    said, _, where = message.partition(" - at `$")
    path: Path = tuple(int(index) if index else key for key, index in _STEP.findall(where.rstrip("`")))
    if unknown := _UNKNOWN.search(said):
        path = (*path, unknown["key"])
        return Problem(name, places.line_of(path), _dotted(path), "is no key here", _nearest(path, kind))
    if missing := _MISSING.search(said):
        line = places.line_of(path)
        return Problem(name, line, _dotted((*path, missing["key"])), "is missing", "add it")
    return Problem(name, places.line_of(path), _dotted(path), said, _wrong_kind(said, path, kind))


def _wrong_kind(said: str, path: Path, kind: type[msgspec.Struct]) -> str:
    if written := _NOT_LISTED.search(said):
        return nearest(written["value"], _values_at(path, kind), none=_OF_THAT_KIND)
    # YAML reads NO as false, 17:00 as a number and 2026-12-24 as a date.
    quoted = said.startswith("Expected `str") and not said.endswith(_MANY)
    return "write a text, between quotes" if quoted else _OF_THAT_KIND


def _nearest(path: Path, kind: type[msgspec.Struct]) -> str:
    written, known = str(path[-1]), _keys_at(path[:-1], kind)
    begun = [key for key in known if key.startswith(written)]
    close = begun or difflib.get_close_matches(written, known, n=1)
    return f"did you mean `{close[0]}`?" if close else "known here: " + ", ".join(known)


def _keys_at(path: Path, kind: type[msgspec.Struct]) -> list[str]:
    """The keys that the block at `path` may have."""
    return [field.encode_name for field in _fields(_node_at(path, kind))]


def _values_at(path: Path, kind: type[msgspec.Struct]) -> list[str]:
    """The words that may stand at `path`, where only some may."""
    node = _node_at(path, kind)
    if isinstance(node, msgspec.inspect.EnumType):
        return [str(one.value) for one in node.cls]
    return [str(one) for one in node.values] if isinstance(node, msgspec.inspect.LiteralType) else []


def _node_at(path: Path, kind: type[msgspec.Struct]) -> msgspec.inspect.Type | None:
    node: msgspec.inspect.Type | None = msgspec.inspect.type_info(kind)
    for step in path:
        if isinstance(node, msgspec.inspect.VarTupleType):
            node = node.item_type
        else:
            node = next((field.type for field in _fields(node) if field.encode_name == step), None)
        if isinstance(node, msgspec.inspect.UnionType):
            # What may be left out.
            node = next(one for one in node.types if not isinstance(one, msgspec.inspect.NoneType))
    return node


def _fields(node: msgspec.inspect.Type | None) -> tuple[msgspec.inspect.Field, ...]:
    return node.fields if isinstance(node, msgspec.inspect.StructType) else ()


def _dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
