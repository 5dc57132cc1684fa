"""From rows of judgements to the answer, in JSON and as CSV."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from leadtrace.events.lead import LADDER
from leadtrace_api.disagreements.schemas import (
    Counted,
    Disagreement,
    EventSaid,
    FailedClause,
    Kind,
    StageTotals,
    Who,
)
from leadtrace_api.schemas import rate
from leadtrace_api.spreadsheet import cell

# By version of the definitions, and by stage and clause.
Sentences = Mapping[int, Mapping[tuple[str, str], str]]

_COLUMNS = (
    "at",
    "stage",
    "kind",
    "lead_id",
    "who",
    "role",
    "actor",
    "owner",
    "team",
    "claimed_as",
    "failed",
    "failed_in_words",
    "source",
    "event_id",
    "definition_version",
)


def stage_totals(rows: Sequence[Row[Any]], stages: Sequence[str]) -> tuple[StageTotals, ...]:
    """Each stage that has clauses or rows, in ladder order; one without rows counts 0."""
    by_stage = {row.stage: dict(row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's public name
    told = sorted({*stages, *by_stage}, key=list(LADDER).index)
    return tuple(_totals(stage, by_stage.get(stage, {})) for stage in told)


def _totals(stage: str, row: Mapping[str, int]) -> StageTotals:
    judged = row.get("claims_entries", 0) - row.get("unjudged_entries", 0)
    return StageTotals(
        stage=stage,
        claims=_counted("claims", row),
        claims_verified=rate(row.get("verified_entries", 0), judged, "wilson"),
        claims_unjudged=_counted("unjudged", row),
        claimed_unverified=_counted("claimed_unverified", row),
        verified_unclaimed=_counted("verified_unclaimed", row),
    )


def _counted(name: str, row: Mapping[str, int]) -> Counted:
    return Counted(entries=row.get(f"{name}_entries", 0), leads=row.get(f"{name}_leads", 0))


def disagreement(row: Row[Any], sentences: Sentences) -> Disagreement:
    """A row that differs, with the words of what failed."""
    version = row.judged_by or row.definition_version
    words = sentences.get(version, {})
    return Disagreement(
        lead_id=row.lead_id,
        stage=row.stage,
        kind=Kind.CLAIMED_UNVERIFIED if row.claimed else Kind.VERIFIED_UNCLAIMED,
        at=row.at,
        definition_version=version,
        who=_who(row),
        actor=row.actor,
        owner=row.owner,
        team=row.team,
        claimed_as=row.claimed_as,
        failed=tuple(FailedClause(id=one, words=words.get((row.stage, one))) for one in row.failed),
        event=EventSaid(source=row.sender, id=row.event_id) if row.sender is not None else None,
        href=f"/v1/leads/{row.lead_id}",
    )


def _who(row: Row[Any]) -> Who | None:
    named = ((row.actor, "actor"), (row.owner, "owner"), (row.sender, "sender"))
    return next((Who(name=name, role=role) for name, role in named if name), None)


def table_rows(told: Sequence[Disagreement]) -> Iterator[Sequence[object]]:
    """A line a disagreement, below the headings."""
    yield _COLUMNS
    for one in told:
        yield (
            one.at.isoformat(),
            one.stage,
            one.kind.value,
            str(one.lead_id),
            cell(one.who.name if one.who is not None else None),
            one.who.role if one.who is not None else "",
            cell(one.actor),
            cell(one.owner),
            cell(one.team),
            cell(one.claimed_as),
            cell(" ".join(clause.id for clause in one.failed)),
            cell("; ".join(clause.words or clause.id for clause in one.failed)),
            cell(one.event.source if one.event is not None else None),
            cell(one.event.id if one.event is not None else None),
            one.definition_version,
        )
