"""Pipedrive's notifications for tests: one call makes one, with only what matters spelt out."""

from collections.abc import Sequence
from typing import Any

import msgspec

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.auth.basic import Basic
from leadtrace_ingest.senders.item import Draft, ItemResult, Mapped
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from leadtrace_ingest.senders.pipedrive.map import PipedriveAdapter
from tests.unit.ingest import deliveries

USERNAME, PASSWORD = "leadtrace", "one live password"
AT = "2026-01-02T03:04:05.678Z"
AT_MICROS = 1_767_323_045_678_000
COMPANY = 8_087_566
SOURCE = f"pipedrive/{COMPANY}"
HOW = {"origin": "app"}
ACTOR = {"actor": "user:9", **HOW}
DELIVERED = {"webhook_id": "7", "webhook_owner_id": "9", "host": "acme.pipedrive.com"}
DEAL: dict[str, Any] = {
    "id": 42,
    "title": "A boat",
    "status": "open",
    "value": 1000,
    "currency": "EUR",
    "stage_id": 5,
    "pipeline_id": 1,
    "person_id": 3,
    "org_id": 2,
    "owner_id": 9,
    "add_time": "2026-01-02T03:04:05Z",
    "stage_change_time": None,
    "won_time": None,
    "lost_time": None,
    "lost_reason": None,
    "custom_fields": {},
}


def second(
    action: str, entity: str, data: Any, previous: Any = None, id_: Any = 42, **meta: Any
) -> dict[str, Any]:
    """A notification of version 2."""
    return {
        "meta": {
            "action": action,
            "entity": entity,
            "company_id": str(COMPANY),
            "correlation_id": "c-1",
            "entity_id": str(id_),
            "id": "df47d877-b58c-4886-91cd-1aa83e1d7366",
            "is_bulk_edit": False,
            "timestamp": AT,
            "type": "general",
            "user_id": "9",
            "version": "2.0",
            "change_source": "app",
            "attempt": 1,
            "permitted_user_ids": ["9"],
            **DELIVERED,
            **meta,
        },
        "data": data,
        "previous": previous,
    }


def first(
    action: str, object_: str, current: Any, previous: Any = None, id_: Any = 42, **meta: Any
) -> dict[str, Any]:
    """A notification of version 1."""
    return {
        "v": 1,
        "matches_filters": {"current": []},
        "meta": {
            "v": 1,
            "action": action,
            "object": object_,
            "id": id_,
            "company_id": COMPANY,
            "user_id": 9,
            "host": "acme.pipedrive.com",
            "timestamp": AT_MICROS // 1_000_000,
            "timestamp_micro": AT_MICROS,
            "permitted_user_ids": [9],
            "trans_pending": False,
            "is_bulk_update": False,
            "pipedrive_service_name": False,
            "change_source": "app",
            "webhook_id": "7",
            **meta,
        },
        "retry": 0,
        "current": current,
        "previous": previous,
        "event": f"{action}.{object_}",
    }


def deal_change(now: dict[str, Any], before: dict[str, Any], **meta: Any) -> dict[str, Any]:
    """Deal 42 changed, told in version 2: `before` names what it was."""
    return second("change", "deal", DEAL | now, before, **meta)


def raw(value: object) -> bytes:
    """The notification as Pipedrive sends it."""
    return msgspec.json.encode(value)


def shipped_adapter(
    sender: str = "pipedrive", passwords: Sequence[bytes] = (PASSWORD.encode(),)
) -> PipedriveAdapter:
    """The adapter with the shipped mapping, amounts in BRL."""
    mapping = load_mapping(shipped_path("mappings", "pipedrive.yaml"), "BRL")
    return PipedriveAdapter(sender, Basic(USERNAME, passwords), mapping)


def result_of(value: object) -> ItemResult:
    """What the shipped adapter makes of one notification."""
    return deliveries.map_raw(shipped_adapter(), raw(value))


def drafts_of(value: object) -> tuple[Draft, ...]:
    """The drafts of a notification that maps."""
    result = result_of(value)
    assert isinstance(result, Mapped), result
    return result.drafts


def told(value: object) -> list[deliveries.Told]:
    """The drafts as (name of the type, subject, data)."""
    return deliveries.told(result_of(value))
