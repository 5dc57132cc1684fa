"""What an expression of PromQL names: every number and label of it must be in the catalogue, or recorded."""

import re
from pathlib import Path
from typing import Any

import msgspec

from leadtrace.runtime.metric_definition import MetricType
from leadtrace.runtime.metric_page import every_definition
from tests.house.checkout import ROOT

RULES = Path("deploy/prometheus/rules")
SERVED = {one.name: one for one in every_definition()}
NAME = re.compile(r"\bleadtrace[:_][a-z0-9_:]+")
# What Prometheus itself tells of scrapes and of alerts.
ITS_OWN = re.compile(r"\b(up|ALERTS)\{")
_SELECTOR = re.compile(r"(leadtrace_[a-z0-9_]+)\{([^}]*)\}")
_LABEL = re.compile(r'(\w+)\s*(=|!=|=~|!~)\s*"([^"]*)"')
# What Prometheus knows of a scrape by itself, and our own configuration adds.
_OF_THE_SCRAPE = {"job", "instance", "process", "le"}


def rules(file: str) -> list[dict[str, Any]]:
    """The rules of a file, in order."""
    groups = msgspec.yaml.decode((ROOT / RULES / file).read_bytes())["groups"]
    return [rule for group in groups for rule in group["rules"]]


RECORDED = {rule["record"]: rule["expr"] for rule in rules("recording.yml")}


def served(name: str) -> bool:
    """Whether a process serves a series of this name."""
    for suffix in ("_bucket", "_sum", "_count"):
        histogram = SERVED.get(name.removesuffix(suffix))
        if histogram is not None and histogram.type is MetricType.HISTOGRAM and name.endswith(suffix):
            return True
    return name in SERVED and SERVED[name].type is not MetricType.HISTOGRAM


def check_expression(expression: str) -> None:
    """Hold that every number that is asked for is there, with these labels and values.

    Raises:
        AssertionError: a name, a label or a value is known to nobody.
    """
    names = set(NAME.findall(expression))
    assert names or ITS_OWN.search(expression), expression
    unknown = {name for name in names if not (name in RECORDED if ":" in name else served(name))}
    assert not unknown, f"served by nobody: {unknown}"
    for name, selector in _SELECTOR.findall(expression):
        labels = {label.name: label for label in SERVED[name].labels} if name in SERVED else {}
        for label, how, value in _LABEL.findall(selector):
            assert label in labels or label in _OF_THE_SCRAPE, f"{name} has no label {label}"
            known = labels[label].values if label in labels else ()
            assert not known or how != "=" or value in known or "$" in value, (
                f"{name}: {label} is never {value}"
            )
