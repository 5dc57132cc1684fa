"""What Pipedrive's notifications about persons and organizations become."""

from typing import Any

from tests.unit.ingest.pipedrive_items import ACTOR, HOW, SOURCE, first, second, told

PERSON: dict[str, Any] = {
    "id": 8,
    "name": "Ada Lovelace",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "emails": [
        {"value": "private@gmail.com", "primary": False, "label": "home"},
        {"value": "ada@engine.example", "primary": True, "label": "work"},
    ],
    "phones": [{"value": "+49 30 1234", "primary": True, "label": "work"}],
    "owner_id": 9,
    "org_id": 2,
    "label_ids": [],
    "add_time": "2026-01-02T03:04:05Z",
    "custom_fields": {},
}
ORGANIZATION: dict[str, Any] = {
    "id": 2,
    "name": "Engine Ltd",
    "address": {
        "value": "Hill 1, London",
        "country": "United Kingdom",
        "locality": "London",
        "type": "address",
    },
    "owner_id": 9,
    "custom_fields": {},
}
ADA = "person/8"


class TestPersons:
    def test_a_new_person_is_captured_with_the_primary_address_first(self) -> None:
        captured, owner, link = told(second("create", "person", PERSON, id_=8))
        assert captured == (
            "lead.captured",
            ADA,
            {
                "properties": {"company_domain": "engine.example"},
                "personal": {
                    "email": "ada@engine.example",
                    "phone": "+49 30 1234",
                    "first_name": "Ada",
                    "last_name": "Lovelace",
                    "other": {"name": "Ada Lovelace", "emails_others": "private@gmail.com"},
                },
                **HOW,
            },
        )
        assert owner == ("lead.owner_changed", ADA, {"owner": "9", **ACTOR})
        assert link == ("account.linked", "organization/2", {"lead": f"{SOURCE} person/8"})

    def test_version_1_calls_them_email_and_phone(self) -> None:
        old = {
            name: value for name, value in PERSON.items() if name not in ("emails", "phones", "custom_fields")
        }
        old |= {
            "email": PERSON["emails"],
            "phone": PERSON["phones"],
            "first_char": "a",
            "open_deals_count": 0,
        }
        captured = told(first("added", "person", old, id_=8))[0]
        personal = captured[2]["personal"]
        assert (personal["email"], personal["phone"]) == ("ada@engine.example", "+49 30 1234")
        assert personal["other"] == {"name": "Ada Lovelace", "email_others": "private@gmail.com"}

    def test_only_what_changed_is_told(self) -> None:
        change = second("change", "person", PERSON, {"first_name": "Augusta", "name": "Augusta Lovelace"}, 8)
        personal = {"first_name": "Ada", "other": {"name": "Ada Lovelace"}}
        assert told(change) == [("lead.updated", ADA, {"personal": personal, **HOW})]

    def test_an_address_taken_away_is_cleared(self) -> None:
        (updated,) = told(
            second("change", "person", PERSON | {"emails": []}, {"emails": PERSON["emails"]}, 8)
        )
        assert updated[2] == {"properties": {"company_domain": None}, "personal": {"email": ""}, **HOW}

    def test_owner_and_organization_change(self) -> None:
        now = PERSON | {"owner_id": 7, "org_id": 3}
        assert told(second("change", "person", now, {"owner_id": 9, "org_id": 2}, 8)) == [
            ("lead.owner_changed", ADA, {"owner": "7", **ACTOR}),
            ("account.unlinked", "organization/2", {"lead": f"{SOURCE} person/8"}),
            ("account.linked", "organization/3", {"lead": f"{SOURCE} person/8"}),
        ]

    def test_deleted_and_brought_back(self) -> None:
        gone = [("lead.deleted", ADA, {"actor": "user:9"})]
        here, away = PERSON | {"active_flag": True}, PERSON | {"active_flag": False}
        assert told(second("delete", "person", None, PERSON, 8)) == gone
        assert told(first("updated", "person", away, here, 8)) == gone
        restored = [("lead.restored", ADA, {"actor": "user:9"})]
        assert told(first("updated", "person", here, away, 8)) == restored

    def test_merged(self) -> None:
        merged = ("lead.merged", ADA, {"absorbed": [f"{SOURCE} person/6"], "actor": "user:9"})
        assert told(second("change", "person", PERSON, {}, 8, merged_from_id="6")) == [merged]
        assert told(second("delete", "person", None, PERSON, 6, merged_to_id="8")) == [merged]
        assert told(first("merged", "person", PERSON | {"merge_what_id": 6}, {"id": 6}, 8))[-1] == merged

    def test_a_later_change_that_still_names_what_was_absorbed_merges_nothing_again(self) -> None:
        later = first("updated", "person", PERSON | {"merge_what_id": 6, "name": "B"}, PERSON, 8)
        assert "lead.merged" not in [one[0] for one in told(later)]


class TestOrganizations:
    KNOWN = "organization/2"

    def test_made(self) -> None:
        data = {
            "created": True,
            "properties": {"company": "Engine Ltd", "country": "United Kingdom", "owner": "9"},
            "personal": {"other": {"address": "Hill 1, London", "address_locality": "London"}},
        }
        made = second("create", "organization", ORGANIZATION, id_=2)
        assert told(made) == [("account.updated", self.KNOWN, data)]

    def test_changed(self) -> None:
        change = second("change", "organization", ORGANIZATION, {"name": "Engines"}, 2)
        assert told(change) == [("account.updated", self.KNOWN, {"properties": {"company": "Engine Ltd"}})]

    def test_deleted(self) -> None:
        gone = second("delete", "organization", None, ORGANIZATION, 2)
        assert told(gone) == [("account.deleted", self.KNOWN, {"actor": "user:9"})]

    def test_merged(self) -> None:
        data = {"absorbed": [f"{SOURCE} organization/1"], "actor": "user:9"}
        merged = ("account.merged", self.KNOWN, data)
        assert told(second("delete", "organization", None, ORGANIZATION, 1, merged_to_id="2")) == [merged]
        old = first("merged", "organization", ORGANIZATION | {"merge_what_id": 1}, {"id": 1}, 2)
        assert told(old)[-1] == merged
