"""Revisions: one names one body, and they only grow."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from leadtrace.events.codec import decode_snapshot
from leadtrace.events.snapshots import (
    DEAL_CONCLUDED,
    LEAD_CONCLUDED,
    LEAD_SCORED,
    DefinitionRef,
    LeadScore,
    SnapshotType,
)
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.derive import (
    LARGEST_BODY_BYTES,
    BodyTooLargeError,
    body_of,
    record_of,
    record_of_row,
    record_of_stored,
    revise,
)
from leadtrace.store.entities import EntityRow, StoredBody

_LEAD = UUID("0192f3a4-0000-7000-8000-000000000001")
_SCORE = LeadScore(lead_id=str(_LEAD), definition=DefinitionRef("default", 1, "0" * 64))


def _revise(row: EntityRow, body: bytes, clock: FrozenClock, version: int = 1) -> bool:
    return revise(row, body, version=version, now_us=clock.now_us())


class TestRevise:
    def test_the_first_body_takes_the_clock(self) -> None:
        clock, row = FrozenClock(), EntityRow(_LEAD)
        assert _revise(row, b"{}", clock)
        assert (row.revision, row.body, row.definition_version) == (clock.now_us(), b"{}", 1)

    def test_an_unchanged_body_keeps_its_revision_however_late_it_is(self) -> None:
        clock, row = FrozenClock(), EntityRow(_LEAD)
        _revise(row, b"{}", clock)
        revision, row.body = row.revision, None
        clock.advance(timedelta(days=1))
        assert not _revise(row, b"{}", clock)
        assert row.revision == revision
        assert row.body is None

    def test_a_clock_that_stands_still_counts_one_by_one(self) -> None:
        clock, row = FrozenClock(), EntityRow(_LEAD)
        revisions = []
        for number in range(4):
            assert _revise(row, b"%d" % number, clock)
            revisions.append(row.revision)
        assert revisions == [clock.now_us() + number for number in range(4)]

    def test_a_clock_that_goes_backwards_never_takes_a_revision_back(self) -> None:
        clock, row = FrozenClock(), EntityRow(_LEAD)
        _revise(row, b"1", clock)
        before = row.revision
        clock.set(datetime(2020, 1, 1, tzinfo=UTC))
        assert _revise(row, b"2", clock)
        assert row.revision == before + 1

    def test_a_clock_that_moved_on_is_taken(self) -> None:
        clock, row = FrozenClock(), EntityRow(_LEAD)
        _revise(row, b"1", clock)
        clock.advance(timedelta(microseconds=2))
        assert _revise(row, b"2", clock)
        assert row.revision == clock.now_us()

    def test_a_body_that_comes_back_is_a_new_revision(self) -> None:
        clock, row = FrozenClock(), EntityRow(_LEAD)
        for body in (b"1", b"2", b"1"):
            assert _revise(row, body, clock)
        assert row.revision == clock.now_us() + 2

    def test_another_definition_version_is_a_new_revision_of_the_same_body(self) -> None:
        clock, row = FrozenClock(), EntityRow(_LEAD)
        _revise(row, b"1", clock)
        assert _revise(row, b"1", clock, version=2)
        assert row.definition_version == 2
        assert row.revision == clock.now_us() + 1


class TestBody:
    def test_is_the_snapshot_as_json(self) -> None:
        assert msgspec.json.decode(body_of(_SCORE), type=LeadScore) == _SCORE

    def test_beyond_its_bound_is_refused(self) -> None:
        envelope = len(body_of(msgspec.structs.replace(_SCORE, grade="x"))) - 1
        body_of(msgspec.structs.replace(_SCORE, grade="x" * (LARGEST_BODY_BYTES - envelope)))
        with pytest.raises(BodyTooLargeError, match="262,145 bytes"):
            body_of(msgspec.structs.replace(_SCORE, grade="x" * (LARGEST_BODY_BYTES - envelope + 1)))


class TestRecord:
    def test_says_the_revision_and_the_latest_moment_of_its_body(self) -> None:
        body = body_of(msgspec.structs.replace(_SCORE, at=1_767_225_600_000_001))
        sent = record_of(LEAD_SCORED, _LEAD, version=3, revision=17, body=body, qualification_revision=16)
        snapshot = decode_snapshot(sent.value)
        assert (sent.topic, sent.key) == ("lead-scores", str(_LEAD).encode())
        assert (snapshot.type, snapshot.source) == ("io.leadtrace.lead.scored.v1", "leadtrace/scoring")
        assert (snapshot.partitionkey, snapshot.revision, snapshot.qualificationrev) == (
            str(_LEAD),
            "17",
            "16",
        )
        assert snapshot.id == f"{_LEAD}:3:17"
        assert snapshot.time == datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
        assert bytes(snapshot.data) == body

    @pytest.mark.parametrize("kind", [LEAD_CONCLUDED, DEAL_CONCLUDED])
    def test_of_a_row_equals_the_one_of_what_the_table_then_holds(self, kind: SnapshotType) -> None:
        row = EntityRow(_LEAD)
        _revise(row, b'{"latest_at":5}', FrozenClock())
        stored = StoredBody(_LEAD, row.definition_version, row.revision, b'{"latest_at":5}', ())
        assert record_of_row(kind, row) == record_of_stored(kind, stored)
