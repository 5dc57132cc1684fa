"""Bytes of a definitions file to structs, or to every finding that stands in the way."""

import difflib
import re
from typing import cast

import msgspec

from leadtrace.domain.definitions.lines import Outline, Path, outline
from leadtrace.domain.definitions.lint import findings
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.problem import DefinitionsError, Problem

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]*)`")
_MISSING = re.compile(r"missing required field `(?P<key>[^`]*)`")
_YAML_LINE = re.compile(r"line (\d+)")


def parse_definitions(text: bytes, name: str) -> Definitions:
    """The definitions that `text` (UTF-8 YAML) holds; `name` is what messages call the file.

    Raises:
        DefinitionsError: not YAML, a key that is unknown, missing, repeated or of the wrong kind, or a
            rule of the lint that does not hold.
    """
    written, tree = _read(text, name)
    places = outline(written)
    problems = [
        Problem(name, line, _dotted(path), "stands here a second time", "keep one of the two")
        for path, line in places.repeated
    ]
    try:
        definitions = msgspec.convert(tree, Definitions)
    except msgspec.ValidationError as error:
        raise DefinitionsError([*problems, _shape(str(error), name, places)]) from error
    problems += [
        Problem(name, places.line_of(finding.path), _dotted(finding.path), finding.rule, finding.remedy)
        for finding in findings(definitions)
    ]
    if problems:
        raise DefinitionsError(problems)
    return definitions


def _read(text: bytes, name: str) -> tuple[str, object]:
    try:
        return text.decode(), msgspec.yaml.decode(text)
    except UnicodeDecodeError as error:
        raise DefinitionsError([Problem(name, 0, "", "is not UTF-8", "save it as UTF-8")]) from error
    except msgspec.DecodeError as error:
        lines = _YAML_LINE.findall(str(error))
        rule = "is not YAML: " + " ".join(str(error).split())
        remedy = "look at the indentation and the quotes there"
        raise DefinitionsError([Problem(name, int(lines[-1]) if lines else 0, "", rule, remedy)]) from error


def _shape(message: str, name: str, places: Outline) -> Problem:
    """A finding of the typed decoding, with the key that it speaks of."""
    said, _, where = message.partition(" - at `$")
    path: Path = tuple(int(index) if index else key for key, index in _STEP.findall(where.rstrip("`")))
    if unknown := _UNKNOWN.search(said):
        path = (*path, unknown["key"])
        return Problem(name, places.line_of(path), _dotted(path), "is no key here", _nearest(path))
    if missing := _MISSING.search(said):
        line = places.line_of(path)
        return Problem(name, line, _dotted((*path, missing["key"])), "is missing", "add it")
    return Problem(name, places.line_of(path), _dotted(path), said, "write a value of that kind")


def _nearest(path: Path) -> str:
    known = _keys_at(path[:-1])
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f"did you mean `{close[0]}`?" if close else "known here: " + ", ".join(known)


def _keys_at(path: Path) -> list[str]:
    """The keys that the block at `path` may have; only blocks and lists of blocks lead to one."""
    node = msgspec.inspect.type_info(Definitions)
    for step in path:
        if isinstance(node, msgspec.inspect.VarTupleType):
            node = node.item_type
        else:
            node = next(field.type for field in _fields(node) if field.encode_name == step)
    return [field.encode_name for field in _fields(node)]


def _fields(node: msgspec.inspect.Type) -> tuple[msgspec.inspect.Field, ...]:
    return cast(msgspec.inspect.StructType, node).fields


def _dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
