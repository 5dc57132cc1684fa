"""The mapping as adapters use it: looked up by field, stage id and moment."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Generic, TypeVar

from leadtrace.events.lead import Stage
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError, shown
from leadtrace_ingest.senders.mapping.derive import TitleWords
from leadtrace_ingest.senders.mapping.file import (
    IGNORED,
    ActivityRow,
    DealVerdict,
    MappingError,
    MappingFile,
    ObjectRules,
    read_mapping_file,
)
from leadtrace_ingest.senders.mapping.rules import problems
from leadtrace_ingest.senders.mapping.web import WebFile

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
    objects: MappingOf[str, ObjectRules]
    lifecycle: MappingOf[str, Sequence[Period[Stage | None]]]
    deal_stages: MappingOf[str, Sequence[Period[DealVerdict]]]
    activities: MappingOf[str, ActivityRow]
    channels: MappingOf[str, str]
    free_mail: frozenset[str]
    seniority: TitleWords
    function: TitleWords
    web: WebFile | None = None

    def lifecycle_stage(self, claimed: str, at: datetime) -> Stage | None:
        """The stage that the sender's id stood for at that moment; None if it says nothing here.

        Raises:
            RefusedError: the file has no row for it.
        """
        return _value_at("lifecycle_stages", self.lifecycle, claimed, at)

    def deal_verdict(self, claimed: str, at: datetime) -> DealVerdict:
        """What the sender's id of a deal stage stood for at that moment.

        Raises:
            RefusedError: the file has no row for it.
        """
        return _value_at("deal_stages", self.deal_stages, claimed, at)


def load_mapping(path: Path, reporting_currency: str) -> Mapping:
    """The mapping of a file; amounts are in the reporting currency if the file names none.

    Raises:
        MappingError: the file cannot be read or breaks a rule.
    """
    file = read_mapping_file(path)
    wrong = problems(file)
    if wrong:
        raise MappingError("\n".join(f"{path}: {problem}" for problem in wrong))
    return compile_mapping(file, reporting_currency)


def compile_mapping(file: MappingFile, reporting_currency: str) -> Mapping:
    """The file's contents, indexed."""
    lifecycle = (
        (row.id, _period(row.valid_from, row.until, None if row.stage == IGNORED else Stage(row.stage)))
        for row in file.lifecycle_stages
    )
    deal_stages = ((row.id, _period(row.valid_from, row.until, row.verdict)) for row in file.deal_stages)
    return Mapping(
        label=f"{file.name}@{file.version}",
        default_currency=file.default_currency or reporting_currency,
        objects=file.objects,
        lifecycle=_by_id(lifecycle),
        deal_stages=_by_id(deal_stages),
        activities={row.id: row for row in file.activities},
        channels=file.channels,
        free_mail=frozenset(domain.lower() for domain in file.free_mail),
        seniority=TitleWords((row.value, row.words) for row in file.seniority),
        function=TitleWords((row.value, row.words) for row in file.function),
        web=file.web,
    )


def _by_id(rows: Iterable[tuple[str, Period[Value]]]) -> dict[str, list[Period[Value]]]:
    found: dict[str, list[Period[Value]]] = {}
    for id_, period in rows:
        found.setdefault(id_, []).append(period)
    return found


def _value_at(
    key: str, periods: MappingOf[str, Sequence[Period[Value]]], claimed: str, at: datetime
) -> Value:
    for period in periods.get(claimed, ()):
        if period.holds(at):
            return period.value
    raise RefusedError(Reason.UNMAPPED_STAGE, f"{key} has no row for {shown(claimed)} at {at:%Y-%m-%d}")


def _period(start: date | None, end: date | None, value: Value) -> Period[Value]:
    return Period(
        datetime.combine(start, time.min, UTC) if start else datetime.min.replace(tzinfo=UTC),
        datetime.combine(end, time.min, UTC) if end else datetime.max.replace(tzinfo=UTC),
        value,
    )
