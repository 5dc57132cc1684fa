"""JMESPath expressions: checked when the file is loaded; after that they refuse an item at worst."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.functions import Functions

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError, shown
from leadtrace_ingest.senders.generic.evaluation import evaluation, is_false
from leadtrace_ingest.senders.mapping.file import MappingError

# What the library raises on values that an expression was not written for.
_FAILURES = (
    JMESPathError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class Expression:
    """One expression of a file; `where` is its key there.

    Raises:
        MappingError: it cannot be read, or calls a function that there is not.
    """

    __slots__ = ("_evaluate", "text", "where")

    def __init__(self, where: str, text: str) -> None:
        self.where = where
        self.text = text
        try:
            parsed = jmespath.compile(text).parsed
        except JMESPathError as error:
            raise MappingError(f"{where}: {_unread(text, error)}") from None
        for problem in _calls(parsed):
            raise MappingError(f"{where}: {problem}")
        self._evaluate = evaluation(parsed)

    def of(self, item: Any) -> Any:
        """What it gives for an item; None if nothing stands there.

        Raises:
            RefusedError: it cannot be worked out for this item.
        """
        try:
            return self._evaluate(item)
        except JMESPathTypeError as error:
            given = f"{error.function_name}() takes no {error.actual_type}"
            raise self._failed(given) from None
        except _FAILURES:
            raise self._failed("it cannot be worked out for this item") from None

    def holds(self, item: Any) -> bool:
        """Whether it is true as JMESPath sees it: false, null and what is empty are not.

        Raises:
            RefusedError: it cannot be worked out for this item.
        """
        return not is_false(self.of(item))

    def _failed(self, why: str) -> RefusedError:
        return RefusedError(Reason.MAPPING_FAILED, f"{self.where}: {shown(self.text)}: {why}")


def _unread(text: str, error: JMESPathError) -> str:
    position = getattr(error, "lexer_position", None)
    position = getattr(error, "lex_position", None) if position is None else position
    place = "" if position is None else f" at column {position + 1}"
    hint = ""
    if text.replace(" ", "").replace("-", "").replace("_", "").isalnum():
        hint = f"; a name with spaces or signs is written {{column: {text}}}"
    return f"{shown(text)} is no JMESPath expression{place}{hint}"


def _calls(node: Any) -> Iterator[str]:
    """What is wrong with the calls of an expression; the children of a slice are numbers or nothing."""
    if not isinstance(node, dict):
        return
    if node["type"] == "function_expression":
        name, given = node["value"], len(node["children"])
        known = Functions.FUNCTION_TABLE.get(name)
        if known is None:
            near = get_close_matches(name, Functions.FUNCTION_TABLE, n=1)
            hint = (
                f"did you mean {near[0]}?"
                if near
                else f"there are {', '.join(sorted(Functions.FUNCTION_TABLE))}"
            )
            yield f"JMESPath has no function {name}(); {hint}"
        else:
            yield from _arity(name, known["signature"], given)
    for child in node["children"]:
        yield from _calls(child)


def _arity(name: str, signature: Any, given: int) -> Iterator[str]:
    many = bool(signature) and signature[-1].get("variadic", False)
    wanted = len(signature)
    if given < wanted if many else given != wanted:
        yield f"{name}() takes {'at least ' if many else ''}{wanted} argument(s), not {given}"
