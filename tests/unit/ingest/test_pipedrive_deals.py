"""What Pipedrive's notifications about deals become."""

from datetime import UTC, datetime
from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, Mapped
from tests.unit.ingest.deliveries import Told
from tests.unit.ingest.pipedrive_items import (
    ACTOR,
    AT_MICROS,
    DEAL,
    HOW,
    SOURCE,
    deal_change,
    drafts_of,
    first,
    result_of,
    second,
    told,
)

DEAL_42 = "deal/42"
NOTED = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
EARLIER = "2026-01-01T10:00:00Z"
AT_EARLIER = datetime(2026, 1, 1, 10, tzinfo=UTC)
MONEY = {"amount": "1000", "currency": "EUR", "default_currency": "BRL", **HOW}


def updated(**data: Any) -> Told:
    return ("deal.updated", DEAL_42, {**data, **HOW})


def test_a_new_deal_is_created_with_all_its_fields_and_links() -> None:
    created, *rest = told(second("create", "deal", DEAL))
    assert created == ("deal.created", DEAL_42, HOW)
    properties = {"pipeline": "1", "owner": "9"}
    personal = {"other": {"deal_name": "A boat"}}
    assert rest == [
        ("deal.updated", DEAL_42, {**MONEY, "properties": properties, "personal": personal}),
        ("deal.linked", DEAL_42, {"lead": f"{SOURCE} person/3"}),
        ("account.linked", "organization/2", {"deal": f"{SOURCE} deal/42"}),
        ("deal.stage_changed", DEAL_42, {"claimed": "5", **ACTOR}),
    ]


CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any], list[Told]]] = {
    "stage": ({"stage_id": 6}, {"stage_id": 5}, [("deal.stage_changed", DEAL_42, {"claimed": "6", **ACTOR})]),
    "won": (
        {"status": "won"},
        {"status": "open"},
        [("deal.won", DEAL_42, {"claimed": "won", **ACTOR})],
    ),
    "lost with a reason that was there before": (
        {"status": "lost", "lost_reason": "price"},
        {"status": "open"},
        [("deal.lost", DEAL_42, {"claimed": "lost", "reason": "price", **ACTOR})],
    ),
    "won from another stage": (
        {"status": "won", "stage_id": 6},
        {"status": "open", "stage_id": 5},
        [updated(properties={"stage_id": "6"}), ("deal.won", DEAL_42, {"claimed": "won", **ACTOR})],
    ),
    "stage of a deal that was won": (
        {"status": "won", "stage_id": 6},
        {"stage_id": 5},
        [updated(properties={"stage_id": "6"})],
    ),
    "reopened after a loss": (
        {"lost_reason": None},
        {"status": "lost", "lost_reason": "price"},
        [("deal.reopened", DEAL_42, {"claimed": "5", **ACTOR})],
    ),
    "reopened after a win": (
        {},
        {"status": "won"},
        [("deal.reopened", DEAL_42, {"claimed": "5", **ACTOR})],
    ),
    "deleted by its status": (
        {"status": "deleted"},
        {"status": "open"},
        [("deal.deleted", DEAL_42, {"actor": "user:9"})],
    ),
    "brought back": (
        {},
        {"status": "deleted"},
        [("deal.restored", DEAL_42, {"actor": "user:9"})],
    ),
    "value": (
        {"value": 1500.5},
        {"value": 1000},
        [updated(amount="1500.5", currency="EUR", default_currency="BRL")],
    ),
    "currency": (
        {"currency": "USD"},
        {"currency": "EUR"},
        [("deal.updated", DEAL_42, MONEY | {"currency": "USD"})],
    ),
    "value cleared": (
        {"value": None},
        {"value": 1000},
        [updated(amount="", currency="EUR", default_currency="BRL")],
    ),
    "another person": (
        {"person_id": 4},
        {"person_id": 3},
        [
            ("deal.unlinked", DEAL_42, {"lead": f"{SOURCE} person/3"}),
            ("deal.linked", DEAL_42, {"lead": f"{SOURCE} person/4"}),
        ],
    ),
    "no person any more": (
        {"person_id": None},
        {"person_id": 3},
        [("deal.unlinked", DEAL_42, {"lead": f"{SOURCE} person/3"})],
    ),
    "another organization": (
        {"org_id": 8},
        {"org_id": 2},
        [
            ("account.unlinked", "organization/2", {"deal": f"{SOURCE} deal/42"}),
            ("account.linked", "organization/8", {"deal": f"{SOURCE} deal/42"}),
        ],
    ),
    "owner": ({"owner_id": 7}, {"owner_id": 9}, [updated(properties={"owner": "7"})]),
    "property cleared": (
        {"expected_close_date": None},
        {"expected_close_date": "2026-03-01"},
        [updated(properties={"close_date": None})],
    ),
    "labels": ({"label_ids": [24, 25]}, {"label_ids": []}, [updated(properties={"labels": "24,25"})]),
    "custom field that nobody mapped": (
        {"custom_fields": {"3d0f": {"type": "varchar", "value": "blue"}}},
        {"custom_fields": {"3d0f": None}},
        [updated(personal={"other": {"3d0f": "blue"}})],
    ),
    "custom field taken away": (
        {"custom_fields": {}},
        {"custom_fields": {"3d0f": {"type": "varchar", "value": "blue"}}},
        [updated(personal={"other": {"3d0f": ""}})],
    ),
}


@pytest.mark.parametrize(("now", "before", "expected"), CHANGES.values(), ids=CHANGES)
def test_change_becomes(now: dict[str, Any], before: dict[str, Any], expected: list[Told]) -> None:
    assert told(deal_change(now, before)) == expected


@pytest.mark.parametrize(("now", "before", "expected"), CHANGES.values(), ids=CHANGES)
def test_both_versions_say_the_same(
    now: dict[str, Any], before: dict[str, Any], expected: list[Told]
) -> None:
    """Version 1 gives both states whole, its custom fields stand among the others."""
    current, previous = (
        {name: value for name, value in state.items() if name != "custom_fields"} | state["custom_fields"]
        for state in (DEAL | now, DEAL | now | before)
    )
    assert told(first("updated", "deal", current, previous)) == expected


def test_a_deal_created_as_won_is_won_when_it_says() -> None:
    deal = DEAL | {"status": "won", "won_time": EARLIER, "add_time": "2025-12-01 09:00:00"}
    drafts = {draft.type.split(".")[-2]: draft.time for draft in drafts_of(second("create", "deal", deal))}
    assert drafts["created"] == drafts["updated"] == drafts["linked"] == datetime(2025, 12, 1, 9, tzinfo=UTC)
    assert drafts["won"] == AT_EARLIER
    assert "stage_changed" not in drafts


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ({"status": "won", "won_time": EARLIER}, {"status": "open", "won_time": None}),
        ({"status": "lost", "lost_time": EARLIER}, {"status": "open", "lost_time": None}),
        ({"stage_id": 6, "stage_change_time": EARLIER}, {"stage_id": 5}),
    ],
)
def test_an_end_and_a_stage_count_from_the_moment_in_the_record(
    now: dict[str, Any], before: dict[str, Any]
) -> None:
    """A deal that was won yesterday and entered today was won yesterday."""
    draft = drafts_of(deal_change(now, before))[-1]
    assert draft.time == AT_EARLIER
    assert draft.sequence == f"{AT_MICROS:020}"


@pytest.mark.parametrize(
    "own", ["2026-01-02T03:04:05Z", "2026-01-02T03:04:04Z", "2030-01-01T00:00:00Z", "?", None]
)
def test_the_moment_of_the_notification_is_the_finer_one(own: object) -> None:
    """Won, reopened and won again within a second must fold in that order."""
    (*_, won) = drafts_of(deal_change({"status": "won", "won_time": own}, {"status": "open"}))
    assert won.time == NOTED


def test_bulk_edits_and_the_source_of_a_change_are_kept() -> None:
    (stage,) = told(deal_change({"stage_id": 6}, {"stage_id": 5}, is_bulk_edit=True, change_source="api"))
    assert stage[2] == {"claimed": "6", "actor": "user:9", "bulk": True, "origin": "api"}
    current, previous = DEAL | {"stage_id": 6}, DEAL
    (stage,) = told(first("updated", "deal", current, previous, is_bulk_update=True, change_source="api"))
    assert stage[2] == {"claimed": "6", "actor": "user:9", "bulk": True, "origin": "api"}


def test_a_deleted_deal_is_deleted() -> None:
    deleted = [("deal.deleted", DEAL_42, {"actor": "user:9"})]
    assert told(second("delete", "deal", None, DEAL)) == deleted
    assert told(first("deleted", "deal", None, DEAL)) == deleted


class TestMerges:
    MERGED = ("deal.merged", DEAL_42, {"absorbed": [f"{SOURCE} deal/41"], "actor": "user:9"})

    def test_the_survivor_names_whom_it_absorbed(self) -> None:
        change = second("change", "deal", DEAL | {"value": 5}, {"value": 1000}, merged_from_id="41")
        assert [one[0] for one in told(change)] == ["deal.updated", "deal.merged"]
        assert told(change)[-1] == self.MERGED

    def test_the_absorbed_deal_is_merged_not_deleted(self) -> None:
        assert told(second("delete", "deal", None, DEAL, 41, merged_to_id="42")) == [self.MERGED]

    def test_version_1_gives_the_absorbed_deal_as_the_previous_state(self) -> None:
        merged = first("merged", "deal", DEAL | {"merge_what_id": 41, "status": "won"}, DEAL | {"id": 41})
        names = [one[0] for one in told(merged)]
        assert names == ["deal.updated", "deal.linked", "account.linked", "deal.merged"]
        assert told(merged)[-1] == self.MERGED


def test_what_is_only_counted_or_derived_says_nothing() -> None:
    current = DEAL | {
        "activities_count": 4,
        "formatted_value": "1.000 EUR",
        "update_time": "2026-01-02 03:04:05",
    }
    result = result_of(
        first("updated", "deal", current, DEAL | {"activities_count": 3, "formatted_value": "1"})
    )
    assert isinstance(result, Ignored)
    assert result.reason is Reason.NOTHING_KEPT


def test_the_account_and_the_correlation_stand_in_the_envelope() -> None:
    result = result_of(second("create", "deal", DEAL))
    assert isinstance(result, Mapped)
    assert (result.source, result.correlation) == (SOURCE, "c-1")
