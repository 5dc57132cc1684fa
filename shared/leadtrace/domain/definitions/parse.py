"""Bytes of a file of `definitions/` to structs: a version of the definitions, or the metric catalogue."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeAlias

from leadtrace.domain.definitions.finding import Finding
from leadtrace.domain.definitions.lint import findings
from leadtrace.domain.definitions.lint_metrics import metric_findings
from leadtrace.domain.definitions.metric_model import MetricCatalogue
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.reading import read_tree, read_typed

Further: TypeAlias = Callable[[Definitions], Iterable[Finding]]


def parse_definitions(text: bytes, name: str, further: Further | None = None) -> Definitions:
    """The definitions that `text` (UTF-8 YAML) holds; `name` is what messages call the file.

    `further` finds what the lint cannot know, such as whose holidays are known.

    Raises:
        DefinitionsError: not YAML, a key that is unknown, missing, repeated or of the wrong kind, or a
            rule of the lint that does not hold.
    """
    return read_typed(text, name, Definitions, findings if further is None else _all_findings(further))


def parse_metrics(text: bytes, name: str) -> MetricCatalogue:
    """The metric catalogue that `text` holds; errors as of `parse_definitions`."""
    return read_typed(text, name, MetricCatalogue, metric_findings)


def parse_either(text: bytes, name: str, further: Further | None = None) -> Definitions | MetricCatalogue:
    """Whichever of the two it is: what lists `metrics` is a catalogue; errors as of `parse_definitions`."""
    _, tree = read_tree(text, name)
    listed = isinstance(tree, dict) and "metrics" in tree and "scorecard" not in tree
    return parse_metrics(text, name) if listed else parse_definitions(text, name, further)


def _all_findings(further: Further) -> Further:
    return lambda definitions: chain(findings(definitions), further(definitions))
