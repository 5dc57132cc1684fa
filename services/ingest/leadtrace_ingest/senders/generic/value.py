"""Values of an item as the file names them: by an expression, by a column, or by a text with both in it."""

import re
from typing import Any

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError, shown
from leadtrace_ingest.senders.generic.expression import Expression
from leadtrace_ingest.senders.generic.file import Origin, ValueSpec
from leadtrace_ingest.senders.mapping.file import MappingError
from leadtrace_ingest.senders.mapping.values import text_of

MAX_ID = 255  # characters of an external id
MAX_IDS = 100  # of one list of an item
_FALSE = frozenset({"", "false", "0", "no", "n", "off"})
_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Value:
    """Where one value stands, and how it is renamed.

    Raises:
        MappingError: the file says it in no way, or in more than one.
    """

    __slots__ = ("_default", "_parts", "_renamed", "where")

    def __init__(self, where: str, given: str | Origin) -> None:
        self.where = where
        self._parts = parts_of(where, given)
        self._renamed = given.values if isinstance(given, ValueSpec) else {}
        self._default = given.default if isinstance(given, ValueSpec) else None

    @property
    def says(self) -> str:
        """The value as the file names it, for details."""
        return "".join(part if isinstance(part, str) else part.text for part in self._parts)

    def raw(self, item: Any) -> Any:
        """The JSON value, renamed; None where nothing stands.

        Raises:
            RefusedError: an expression cannot be worked out.
        """
        if len(self._parts) == 1 and not isinstance(self._parts[0], str):
            found = self._parts[0].of(item)
        else:
            texts = [part if isinstance(part, str) else text_of(part.of(item)) for part in self._parts]
            found = "".join(texts) if all(texts) else None
        if isinstance(found, list | dict):
            return found
        if found is None or found == "":
            return self._default
        return self._renamed.get(text_of(found), found) if self._renamed else found

    def text(self, item: Any) -> str:
        """The value as text, empty where nothing stands.

        Raises:
            RefusedError: an expression cannot be worked out.
        """
        return text_of(self.raw(item))

    def flag(self, item: Any) -> bool:
        """Whether the value says yes.

        Raises:
            RefusedError: an expression cannot be worked out.
        """
        return self.text(item).strip().lower() not in _FALSE

    def id(self, item: Any) -> str:
        """The value as an external id.

        Raises:
            RefusedError: there is none, several, or it is too long for one.
        """
        ids = self.ids(item)
        if len(ids) != 1:
            raise self._refused(f"one id is wanted, not {len(ids)}")
        return ids[0]

    def ids(self, item: Any) -> list[str]:
        """One external id, or each of a list once, in its order.

        Raises:
            RefusedError: there is none, too many, or one is none.
        """
        found = self.raw(item)
        listed = found if isinstance(found, list) else [found]
        if len(listed) > MAX_IDS:
            raise self._refused(f"more than {MAX_IDS} ids")
        ids = [self._id(one) for one in listed]
        if not ids:
            raise self._refused("it gives nothing, and an id is wanted")
        return list(dict.fromkeys(ids))

    def _id(self, found: Any) -> str:
        if isinstance(found, list | dict | bool):
            raise self._refused("an id must be a text or a number")
        text = text_of(found).strip()
        if not text:
            raise self._refused("it gives nothing, and an id is wanted")
        if len(text) > MAX_ID:
            raise self._refused(f"longer than {MAX_ID} characters for an id")
        return text

    def _refused(self, why: str) -> RefusedError:
        return RefusedError(Reason.MAPPING_FAILED, f"{self.where}: {shown(self.says)}: {why}")


class Word(Value):
    """A word of the file itself, or where an item names it; in the latter case it may be unknown."""

    __slots__ = ("fixed",)

    def __init__(self, where: str, given: str | Origin) -> None:
        self.fixed = given if isinstance(given, str) else None
        super().__init__(where, given if isinstance(given, Origin) else ValueSpec(text=escaped(given)))


def optional(where: str, given: str | Origin | None) -> Value | None:
    """The value, if the file names one."""
    return None if given is None else Value(where, given)


def optional_flag(where: str, given: bool | str | Origin | None) -> bool | Value | None:
    """A flag that the file sets, or names."""
    return given if given is None or isinstance(given, bool) else Value(where, given)


def flag_of(flag: bool | Value | None, item: Any) -> bool | None:
    """The flag for an item; None where the file says nothing of it or nothing stands there.

    Raises:
        RefusedError: an expression cannot be worked out.
    """
    if flag is None or isinstance(flag, bool):
        return flag
    return None if not flag.text(item) else flag.flag(item)


def escaped(text: str) -> str:
    """A text without expressions."""
    return text.replace("{", "{{").replace("}", "}}")


def parts_of(where: str, given: str | Origin) -> tuple[str | Expression, ...]:
    """Texts and expressions in their order.

    Raises:
        MappingError: none or several of `from`, `column` and `text` are given, or one is not well formed.
    """
    if isinstance(given, str):
        return (Expression(where, given),)
    said = [one for one in (given.expression, given.column, given.text) if one is not None]
    if len(said) != 1:
        raise MappingError(f"{where}: exactly one of `from`, `column` and `text` says where the value stands")
    if given.expression is not None:
        return (Expression(f"{where}.from", given.expression),)
    if given.column is not None:
        return (Expression(f"{where}.column", _quoted(given.column)),)
    return tuple(_template(f"{where}.text", said[0]))


def _template(where: str, text: str) -> list[str | Expression]:
    parts: list[str | Expression] = []
    end = 0
    for match in _PART.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        if match[1] is not None:
            parts.append(Expression(where, match[1]))
        elif match[0] in ("{{", "}}"):
            parts.append(match[0][0])
        else:
            raise MappingError(f"{where}: a single {match[0]!r}; write {match[0] * 2!r} for the sign itself")
    return [part for part in (*parts, text[end:]) if part != ""] or [""]


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"'))
