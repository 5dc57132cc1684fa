"""Reading a generic mapping: YAML in, rules out, or every mistake by file, key and rule."""

from pathlib import Path
from typing import Any

import msgspec
import yaml
from yaml.error import MarkedYAMLError

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.generic.compiling import Rules
from leadtrace_ingest.senders.generic.expression import Expression
from leadtrace_ingest.senders.generic.file import GENERIC, GenericFile, Origin, Time
from leadtrace_ingest.senders.generic.keys import mistake, unknown_keys
from leadtrace_ingest.senders.generic.mapping import GenericMapping
from leadtrace_ingest.senders.generic.moment import Moment
from leadtrace_ingest.senders.generic.value import Value
from leadtrace_ingest.senders.mapping.compiled import compile_mapping
from leadtrace_ingest.senders.mapping.file import MappingError, read_mapping_file
from leadtrace_ingest.senders.mapping.rules import problems

# Lists that no CRM differs in are taken from there unless the file gives its own.
_WORDS = ("free_mail", "seniority", "function")
_WORDS_FROM = "hubspot.yaml"
_UNNAMED = "mapping"
_MERGE_TAG = "tag:yaml.org,2002:merge"


def load_generic(given: Path | bytes, reporting_currency: str) -> GenericMapping:
    """The mapping of a file or of its bytes; amounts are in the reporting currency if it names none.

    Raises:
        MappingError: it cannot be read or breaks a rule; one line for each mistake.
    """
    name = str(given) if isinstance(given, Path) else _UNNAMED
    wrong: list[str] = []
    try:
        file = read_generic_file(given)
        wrong += problems(file)
        rules, of_rules = Rules(file).compiled()
        wrong += of_rules
        mapping = None if wrong else _compiled(file, rules, reporting_currency)
    except MappingError as error:
        raise MappingError(_named(name, [*wrong, *str(error).splitlines()])) from None
    if mapping is None:
        raise MappingError(_named(name, wrong))
    return mapping


def read_generic_file(given: Path | bytes) -> GenericFile:
    """The file's contents, typed; what is wrong with its rules is found when they are compiled.

    Raises:
        MappingError: it cannot be read or is not of this form.
    """
    value = _table(given)
    wrong = unknown_keys(value, GenericFile)
    if wrong:
        raise MappingError("\n".join(wrong))
    found = mistake(value, GenericFile)
    if found:
        raise MappingError(found)
    return msgspec.convert(value, GenericFile)


class UniqueKeyLoader(yaml.CSafeLoader):
    """YAML, in which a key that comes again would silently replace what stood there before."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A table.

        Raises:
            MarkedYAMLError: a key stands in it twice.
        """
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE_TAG:
                continue
            if key.value in seen:
                raise MarkedYAMLError(
                    problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def is_generic(path: Path) -> bool:
    """Whether a mapping file has rules of its own, or is of the form that vendors' adapters share.

    Raises:
        MappingError: it cannot be read.
    """
    try:
        table = _table(path)
    except MappingError as error:
        raise MappingError(_named(str(path), str(error).splitlines())) from None
    return "rules" in table or table.get("kind") == GENERIC


def _table(given: Path | bytes) -> dict[Any, Any]:
    try:
        text = given if isinstance(given, bytes) else given.read_bytes()
        value = yaml.load(text, Loader=UniqueKeyLoader)  # noqa: S506 - it is a safe one
    except OSError as error:
        raise MappingError(f"{error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise MappingError(f"not YAML: {_on_one_line(error)}") from error
    if not isinstance(value, dict):
        raise MappingError("a mapping file is a table of keys, such as `name: acme`")
    return value


def _compiled(file: GenericFile, rules: Any, reporting_currency: str) -> GenericMapping:
    records = compile_mapping(_with_words(file), reporting_currency)
    return GenericMapping(
        name=file.name,
        records=records,
        items=_expression("items", file.items),
        shared={name: Expression(f"shared.{name}", one) for name, one in file.shared.items()},
        source=_value("source", file.source),
        id=_value("id", file.id),
        comparable=_expression("comparable", file.comparable),
        delivery=tuple(file.delivery),
        time=_time(file.time),
        sequence=_value("sequence", file.sequence),
        actor=_value("actor", file.actor),
        ignore=_expression("ignore", file.ignore),
        rules=rules,
    )


def _with_words(file: GenericFile) -> GenericFile:
    missing = [name for name in _WORDS if not getattr(file, name)]
    if not missing or not any(rule.derive for one in file.objects.values() for rule in one.fields.values()):
        return file
    shipped = read_mapping_file(shipped_path("mappings", _WORDS_FROM))
    return msgspec.structs.replace(file, **{name: getattr(shipped, name) for name in missing})


def _expression(where: str, text: str | None) -> Expression | None:
    return None if text is None else Expression(where, text)


def _time(given: Time | None) -> Moment | None:
    """The time of an item; a table that names no place only says how the rules' own times are read."""
    placed = isinstance(given, str) or (
        given is not None and any((given.expression, given.column, given.text))
    )
    return Moment("time", given) if given is not None and placed else None


def _value(where: str, given: str | Origin | None) -> Value | None:
    return None if given is None else Value(where, given)


def _named(name: str, lines: list[str]) -> str:
    return "\n".join(f"{name}: {line}" for line in lines)


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())
