"""The mapping as the adapter uses it: looked up by property name, stage id and moment."""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Generic, TypeVar

from leadtrace.events.lead import Stage
from leadtrace_ingest.senders.hubspot.derive import TitleWords
from leadtrace_ingest.senders.hubspot.mapping_file import (
    IGNORED,
    DealVerdict,
    MappingFile,
    PropertyRule,
    read_mapping_file,
)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Period(Generic[Value]):
    """A value that holds from `start` (inclusive) until `end` (exclusive)."""

    start: datetime
    end: datetime
    value: Value

    def holds(self, at: datetime) -> bool:
        """Whether it holds at this moment."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Mapping:
    """One version of a mapping; a lifecycle stage whose value is None is ignored."""

    label: str
    default_currency: str
    contact: MappingOf[str, PropertyRule]
    deal: MappingOf[str, PropertyRule]
    lifecycle: MappingOf[str, Sequence[Period[Stage | None]]]
    deal_stages: MappingOf[str, Sequence[Period[DealVerdict]]]
    channels: MappingOf[str, str]
    free_mail: frozenset[str]
    seniority: TitleWords
    function: TitleWords


def load_mapping(path: Path, reporting_currency: str) -> Mapping:
    """The mapping of a file; amounts are in the reporting currency if the file names none.

    Raises:
        MappingError: the file cannot be read or breaks a rule.
    """
    return compile_mapping(read_mapping_file(path), reporting_currency)


def compile_mapping(file: MappingFile, reporting_currency: str) -> Mapping:
    """The file's contents, indexed."""
    lifecycle: dict[str, list[Period[Stage | None]]] = {}
    for row in file.lifecycle_stages:
        stage = None if row.stage == IGNORED else Stage(row.stage)
        lifecycle.setdefault(row.id, []).append(_period(row.valid_from, row.until, stage))
    deal_stages: dict[str, list[Period[DealVerdict]]] = {}
    for deal_row in file.deal_stages:
        deal_stages.setdefault(deal_row.id, []).append(
            _period(deal_row.valid_from, deal_row.until, deal_row.verdict)
        )
    return Mapping(
        label=f"{file.name}@{file.version}",
        default_currency=file.default_currency or reporting_currency,
        contact=file.contact,
        deal=file.deal,
        lifecycle=lifecycle,
        deal_stages=deal_stages,
        channels=file.channels,
        free_mail=frozenset(domain.lower() for domain in file.free_mail),
        seniority=TitleWords((row.value, row.words) for row in file.seniority),
        function=TitleWords((row.value, row.words) for row in file.function),
    )


def period_at(periods: Sequence[Period[Value]] | None, at: datetime) -> Period[Value] | None:
    """The period that holds at this moment, or None."""
    for period in periods or ():
        if period.holds(at):
            return period
    return None


def _period(start: date | None, end: date | None, value: Value) -> Period[Value]:
    return Period(
        datetime.combine(start, time.min, UTC) if start else datetime.min.replace(tzinfo=UTC),
        datetime.combine(end, time.min, UTC) if end else datetime.max.replace(tzinfo=UTC),
        value,
    )
