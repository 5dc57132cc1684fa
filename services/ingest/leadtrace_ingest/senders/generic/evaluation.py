"""JMESPath without its interpreter where an expression is plain: fields, equality with a text, and, or, not.

Most expressions of a mapping are, and every item meets all of them; the rest is the library's own.
A law holds both to the same results.
"""

from collections.abc import Callable
from typing import Any

from jmespath.visitor import Options, TreeInterpreter

from leadtrace_ingest.senders.generic.functions import ExactFunctions

Evaluate = Callable[[Any], Any]
# It keeps nothing of what it visits; the library itself makes one for every search.
_INTERPRETER = TreeInterpreter(Options(custom_functions=ExactFunctions()))


def evaluation(node: Any) -> Evaluate:
    """The function that a parsed expression is."""
    plain = _PLAIN.get(node["type"])
    if plain is None or (plain is _comparison and not _is_plain(node)):
        return lambda value: _INTERPRETER.visit(node, value)
    return plain(node)


def is_false(value: Any) -> bool:
    """What JMESPath takes for false: `0` is none of it."""
    return value is None or value is False or (not value and isinstance(value, str | list | dict))


def _field(node: Any) -> Evaluate:
    name = node["value"]
    return lambda value: value.get(name) if isinstance(value, dict) else None


def _chain(node: Any) -> Evaluate:
    steps = [evaluation(child) for child in node["children"]]

    def walk(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return walk


def _is_plain(comparison: Any) -> bool:
    right = comparison["children"][1]
    return (
        comparison["value"] in {"eq", "ne"} and right["type"] == "literal" and isinstance(right["value"], str)
    )


def _comparison(node: Any) -> Evaluate:
    left, text, equal = evaluation(node["children"][0]), node["children"][1]["value"], node["value"] == "eq"
    return lambda value: (left(value) == text) is equal


def _either(node: Any) -> Evaluate:
    left, right = map(evaluation, node["children"])

    def either(value: Any) -> Any:
        found = left(value)
        return right(value) if is_false(found) else found

    return either


def _both(node: Any) -> Evaluate:
    left, right = map(evaluation, node["children"])

    def both(value: Any) -> Any:
        found = left(value)
        return found if is_false(found) else right(value)

    return both


def _negation(node: Any) -> Evaluate:
    inner = evaluation(node["children"][0])
    return lambda value: is_false(inner(value))


def _itself(_: Any) -> Evaluate:
    return lambda value: value


_PLAIN: dict[str, Callable[[Any], Evaluate]] = {
    "field": _field,
    "subexpression": _chain,
    "identity": _itself,
    "current": _itself,
    "comparator": _comparison,
    "or_expression": _either,
    "and_expression": _both,
    "not_expression": _negation,
}
