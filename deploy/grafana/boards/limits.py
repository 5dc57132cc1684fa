"""Limits of panels are those of the alert rules: they are read there, so that no two of them differ."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import Threshold

_RULES = Path(__file__).resolve().parents[2] / "prometheus" / "rules" / "alerts.yml"
_COMPARED = re.compile(r"(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)?)\b")

GOOD = "green"
BAD = "red"


@dataclass(frozen=True, slots=True)
class Limit:
    """Where an alert begins; `below` if it watches for what is too low."""

    alert: str
    value: float
    below: bool

    @property
    def sentence(self) -> str:
        """What a description says of it."""
        return f"Red where the alert {self.alert} begins; runbook: docs/runbooks/{self.alert}.md."


@cache
def _expressions() -> dict[str, str]:
    groups = yaml.safe_load(_RULES.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}


def limit_of(alert: str, *, place: int = 0) -> Limit:
    """Where this alert begins, by a comparison of its rule with a number; `place` says which of several.

    Raises:
        LookupError: there is no such alert, or no such comparison.
    """
    how, number = list(_COMPARED.findall(_expressions()[alert]))[place]
    value = float(number)
    if how == "==":
        # A gauge of 1 or 0 that must be 1.
        return Limit(alert, value + 1, below=True)
    if value == 0 and how in {">", "!="}:
        # Whole things are counted; Grafana colours what equals a limit too.
        return Limit(alert, 1.0, below=False)
    return Limit(alert, value, below=how.startswith("<"))


def thresholds(limit: Limit | None) -> ThresholdsConfig:
    """Green, and red from the limit on; without a limit green."""
    if limit is None:
        return ThresholdsConfig().steps([Threshold(color=GOOD)])
    first, then = (BAD, GOOD) if limit.below else (GOOD, BAD)
    return ThresholdsConfig().steps([Threshold(color=first), Threshold(value=limit.value, color=then)])
