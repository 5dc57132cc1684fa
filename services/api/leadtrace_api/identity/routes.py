"""`GET /v1/leads/{id}/identity`."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Row

from leadtrace.events.times import from_micros
from leadtrace_api.identity import queries
from leadtrace_api.identity.schemas import (
    EXAMPLE,
    Binding,
    Claim,
    EventRef,
    Identity,
    Key,
    LeadRecord,
    RecordRef,
)
from leadtrace_api.leads import queries as leads
from leadtrace_api.leads.moved import MOVED, moved
from leadtrace_api.leads.routes import LeadId
from leadtrace_api.problems import NotFoundError
from leadtrace_api.reading import reading
from leadtrace_api.room import InRoom

router = APIRouter()

_KEY_DIGITS = 12
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": EXAMPLE}}},
    **MOVED,
}


@router.get(
    "/v1/leads/{lead_id}/identity",
    summary="Why these records are one lead",
    response_model=Identity,
    responses=_RESPONSES,
)
async def identity(room: InRoom, lead_id: LeadId) -> Response:
    """The records of the lead, what joined them, and what was refused and why."""
    async with reading(room) as now:
        stored = await leads.stored_lead(now, lead_id)
        records = await queries.records(now, lead_id)
        if stored is not None and stored.redirect_to is not None:
            return moved(stored.redirect_to, "/identity")
        if not records:
            remedy = "/v1/leads lists those that there are."
            raise NotFoundError(f"There is no lead {lead_id}.", parameter="lead_id", remedy=remedy)
        keys = await queries.concerned(now, lead_id)
        fan_in = room.settings.fan_in
        answer = Identity(
            snapshot_at=now.at,
            lead_id=lead_id,
            fan_in=fan_in,
            records=tuple(map(_record, records)),
            claims=tuple(map(_claim, await queries.claims(now, keys))),
            keys=tuple([_key(row, fan_in) for row in await queries.identity_keys(now, keys)]),
            bindings=tuple(map(_binding, await queries.bindings(now, keys))),
        )
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


def _record(row: Row[Any]) -> LeadRecord:
    return LeadRecord(
        source=row.source,
        subject=row.subject,
        founded=row.founded_id,
        first_recorded_at=row.first_recorded_at,
        because=row.because,
        since=row.since,
    )


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        records=(
            RecordRef(source=row.one_source, subject=row.one_subject),
            RecordRef(source=row.other_source, subject=row.other_subject),
        ),
        says="apart" if row.apart else "merged",
        open=row.open,
        corrected=row.corrected,
        one_lead=row.one_lead,
        event=EventRef(source=row.source, id=row.id),
        occurred_at=from_micros(row.at),
        recorded_at=row.recorded_at,
    )


def _key(row: Row[Any], fan_in: int) -> Key:
    crowded = row.refusal is None and row.shared_by > fan_in
    refusal = "fan_in" if crowded else row.refusal
    return Key(
        record=RecordRef(source=row.of_source, subject=row.subject),
        kind=row.kind,
        key=row.key.hex[:_KEY_DIGITS] if row.key is not None else None,
        shared_by=row.shared_by,
        joins=refusal is None and row.shared_by > 1,
        refusal=refusal,
        event=EventRef(source=row.source, id=row.id),
        recorded_at=row.recorded_at,
    )


def _binding(row: Row[Any]) -> Binding:
    return Binding(
        record=RecordRef(source=row.source, subject=row.subject),
        lead_id=row.entity_id,
        revision=row.revision,
        because=row.because,
        recorded_at=row.recorded_at,
    )
