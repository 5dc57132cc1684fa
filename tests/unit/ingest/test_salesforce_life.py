"""Deletion, return, and gaps: what befalls a record as a whole."""

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Refused
from tests.unit.ingest.salesforce_items import (
    LONG_LEAD,
    LONG_USER,
    change,
    mapped,
    relayed_one,
    told,
    types,
)

LEAD_SUBJECT = f"Lead/{LONG_LEAD}"


class TestLife:
    @pytest.mark.parametrize(
        ("entity", "word"),
        [("Lead", "lead"), ("Contact", "lead"), ("Opportunity", "deal"), ("Account", "account")],
    )
    def test_deletion_and_return(self, entity: str, word: str) -> None:
        subject = f"{entity}/{LONG_LEAD}"
        deleted, restored = (relayed_one(change(entity, kind)) for kind in ("DELETE", "UNDELETE"))
        assert told(deleted) == [(f"{word}.deleted", subject, {"actor": LONG_USER})]
        assert told(restored) == [(f"{word}.restored", subject, {"actor": LONG_USER})]

    def test_what_comes_back_comes_back_as_it_stands(self) -> None:
        found = mapped(relayed_one(change("Lead", "UNDELETE", {"Status": "New", "LeadSource": "Web"})))
        assert [type_ for type_, _ in types(found)] == ["lead.restored", "lead.updated", "lead.stage_changed"]
        assert told(found)[2][2]["asserted"] is True
        assert len({draft.suffix for draft in found.drafts}) == 3


class TestGaps:
    @pytest.mark.parametrize("kind", ["GAP_CREATE", "GAP_UPDATE", "GAP_OVERFLOW"])
    @pytest.mark.parametrize(
        ("entity", "word"),
        [("Lead", "lead"), ("Contact", "lead"), ("Opportunity", "deal"), ("Account", "account")],
    )
    def test_a_gap_marks_the_record_stale_and_changes_nothing(
        self, kind: str, entity: str, word: str
    ) -> None:
        found = relayed_one(change(entity, kind))
        assert told(found) == [(f"{word}.stale", f"{entity}/{LONG_LEAD}", {"change": kind})]

    @pytest.mark.parametrize(("kind", "verb"), [("GAP_DELETE", "deleted"), ("GAP_UNDELETE", "restored")])
    def test_that_the_record_is_gone_or_back_is_known_all_the_same(self, kind: str, verb: str) -> None:
        found = relayed_one(change("Lead", kind))
        assert told(found) == [
            ("lead.stale", LEAD_SUBJECT, {"change": kind}),
            (f"lead.{verb}", LEAD_SUBJECT, {"actor": LONG_USER}),
        ]

    @pytest.mark.parametrize("record", ["000000000000000AAA", "00Q*"])
    def test_an_overflow_that_names_no_record_is_held_back_and_says_what_to_do(self, record: str) -> None:
        found = relayed_one(change("Lead", "GAP_OVERFLOW", recordIds=[record]))
        assert isinstance(found, Refused)
        assert found.reason is Reason.INVALID_ITEM
        assert "import the records of this object anew" in found.detail
