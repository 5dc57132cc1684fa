"""The dashboards as Grafana reads them, and what they ask once macros and variables are filled in."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.house.checkout import ROOT

FOLDER = ROOT / "deploy" / "grafana"
DASHBOARDS: dict[Path, dict[str, Any]] = {
    path: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("dashboards/*.json"))
}
PROMETHEUS, POSTGRES = "prometheus", "grafana-postgresql-datasource"
_MACRO = re.compile(r"\$__(\w+)\(([^)]*)\)")
_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$([a-z]\w*)")


@dataclass(frozen=True, slots=True)
class Question:
    """One query of a panel; `is_now` if only the newest values are asked for."""

    board: str
    title: str
    source: str
    text: str
    is_now: bool

    @property
    def where(self) -> str:
        """Where it stands, for messages."""
        return f"{self.board}: {self.title}"


def panels(board: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every panel that draws something."""
    yield from (panel for panel in board["panels"] if panel["type"] != "row")


def questions() -> Iterator[Question]:
    """Every query of every panel."""
    for board in DASHBOARDS.values():
        for panel in panels(board):
            for target in panel["targets"]:
                source = target["datasource"]["type"]
                text = target["rawSql"] if source == POSTGRES else target["expr"]
                now = bool(target.get("instant")) or target.get("format") == "table"
                yield Question(board["title"], panel["title"], source, text, now)


def filled_in_promql(expression: str, values: Mapping[str, str], *, interval: str) -> str:
    """The expression as Prometheus gets it; `interval` stands for `$__rate_interval`.

    Raises:
        KeyError: a variable has no value.
        AssertionError: a macro is none that this knows.
    """
    text = expression.replace("$__rate_interval", interval)
    return _known_only(_VARIABLE.sub(lambda found: _value(found, values), text))


def filled_in_sql(statement: str, values: Mapping[str, str], *, first: datetime, last: datetime) -> str:
    """The statement as PostgreSQL gets it, for a range of time from `first` to `last`.

    Raises:
        KeyError: a variable has no value.
        AssertionError: a macro is none that this knows.
    """
    begin, end = (f"'{moment:%Y-%m-%dT%H:%M:%SZ}'" for moment in (first, last))

    def macro(found: re.Match[str]) -> str:
        match found.groups():
            case ("timeFilter", column) if column:
                return f"{column} BETWEEN {begin} AND {end}"
            case ("timeFrom", ""):
                return begin
            case ("timeTo", ""):
                return end
        raise AssertionError(f"{found[0]}: no macro that is used here")

    return _known_only(_VARIABLE.sub(lambda found: _value(found, values), _MACRO.sub(macro, statement)))


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    name, form, bare = found.groups()
    assert form in {None, "pipe"}, f"{found[0]}: no format that is used here"
    return values[name or bare]


def _known_only(text: str) -> str:
    left = re.search(r"\$(?:__|\{|\w)", text)
    assert left is None, f"{text}: what is at {left}?"
    return text
