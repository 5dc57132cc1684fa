"""The spill folder: what it says it keeps is on the disk, within its quota, and found by the next door."""

import asyncio
import stat
from pathlib import Path

import pytest

from leadtrace_ingest.door.intake import NotDurableError
from leadtrace_ingest.door.spill.segment import framed
from leadtrace_ingest.door.spill.slots import Slots
from tests.unit.ingest.spilling import AT, entry, file_spill, files_in, on_disk, spilling


async def test_what_is_kept_is_on_the_disk_as_it_came(tmp_path: Path) -> None:
    given = [entry(n, body=b"\x00\xff" * n, key="k" if n % 2 else None) for n in range(50)]
    async with spilling(tmp_path / "spill") as spill:
        await asyncio.gather(*(spill.submit(one) for one in given))
        assert on_disk(tmp_path / "spill") == given
        assert (spill.requests, spill.oldest) == (50, AT)
        assert spill.size == sum(len(framed(one)) for one in given)


async def test_requests_that_come_together_share_a_segment(tmp_path: Path) -> None:
    async with spilling(tmp_path) as spill:
        await asyncio.gather(*(spill.submit(entry(n)) for n in range(20)))
    assert len(files_in(tmp_path)) == 1


async def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    async with spilling(tmp_path / "spill") as spill:
        await spill.submit(entry())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "spill").rglob("*")}
        folders = {
            stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "spill", tmp_path / "spill" / "door-1")
        }
    modes.pop("door-1")
    assert set(modes.values()) == {0o600}
    assert folders == {0o700}


async def test_beyond_the_quota_nothing_is_kept_and_it_says_so_at_once(tmp_path: Path) -> None:
    size = len(framed(entry()))
    async with spilling(tmp_path, quota=3 * size) as spill:
        await asyncio.gather(*(spill.submit(entry()) for _ in range(3)))
        with pytest.raises(NotDurableError, match="quota"):
            spill.submit(entry())
        assert "quota" in (spill.unusable() or "")


async def test_the_files_of_other_doors_count_against_the_quota(tmp_path: Path) -> None:
    size = len(framed(entry()))
    async with spilling(tmp_path, quota=3 * size) as first, spilling(tmp_path, quota=3 * size) as second:
        await asyncio.gather(first.submit(entry()), first.submit(entry()), first.submit(entry()))
        await second.look_around()
        with pytest.raises(NotDurableError, match="quota"):
            second.submit(entry())


async def test_a_folder_that_cannot_be_used_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "spill").write_text("a file stands where the folder should be")
    spill = file_spill(tmp_path / "spill")
    assert not await spill.open()
    assert "FileExistsError" in (spill.unusable() or "") or "NotADirectoryError" in (spill.unusable() or "")
    with pytest.raises(NotDurableError):
        spill.submit(entry())


async def test_a_disk_that_fails_refuses_and_is_tried_again(tmp_path: Path) -> None:
    """The folder goes away under the door: the request is refused, and nothing follows what was torn."""
    async with spilling(tmp_path / "spill") as spill:
        slot = tmp_path / "spill" / "door-1"
        away = slot.rename(tmp_path / "away")
        with pytest.raises(NotDurableError):
            await spill.submit(entry())
        with pytest.raises(NotDurableError):
            spill.submit(entry())
        away.rename(slot)
        kept = entry()
        async with asyncio.timeout(10):
            while True:
                try:
                    await spill.submit(kept)
                    break
                except NotDurableError:
                    await asyncio.sleep(0.05)
        assert on_disk(tmp_path / "spill") == [kept]


async def test_the_next_door_finds_what_a_dead_one_left(tmp_path: Path) -> None:
    left = [entry(n) for n in range(3)]
    async with spilling(tmp_path) as dead:
        await asyncio.gather(*(dead.submit(one) for one in left))
    async with spilling(tmp_path) as heir:
        assert (heir.requests, heir.oldest) == (3, AT)
        later = entry(9)
        await heir.submit(later)
        assert {one.intake_id for one in on_disk(tmp_path)} == {one.intake_id for one in (*left, later)}


async def test_a_door_at_work_takes_over_from_a_dead_one_but_never_from_a_living_one(tmp_path: Path) -> None:
    async with spilling(tmp_path) as living:
        await living.submit(entry())
        async with spilling(tmp_path) as dies:
            await dies.submit(entry())
            await living.look_around()
            assert living.requests == 1
        await living.look_around()
        assert living.requests == 2
        assert Slots(tmp_path).take_left_behind() == []


async def test_a_slot_that_was_taken_over_is_free_again_when_it_is_filed(tmp_path: Path) -> None:
    async with spilling(tmp_path) as living:
        async with spilling(tmp_path) as dies:
            await dies.submit(entry())
        await living.look_around()
        (segment,) = living.sealed
        segment.remove()
        living.forget(segment)
        async with spilling(tmp_path) as third:
            await third.submit(entry())
            assert [path.parent.name for path in files_in(tmp_path)] == ["door-2"]


async def test_a_door_that_stops_keeps_nothing_any_more(tmp_path: Path) -> None:
    spill = file_spill(tmp_path)
    await spill.open()
    await spill.close()
    with pytest.raises(NotDurableError, match="stopping"):
        spill.submit(entry())


async def test_one_sender_leaves_room_for_the_others_until_what_it_spilled_is_filed(tmp_path: Path) -> None:
    big = b"x" * 200_000
    async with spilling(tmp_path, quota=1_000_000, share=0.5) as spill:
        await asyncio.gather(*(spill.submit(entry(n, body=big, sender="noisy")) for n in range(2)))
        with pytest.raises(NotDurableError, match="share"):
            spill.submit(entry(body=big, sender="noisy"))
        await spill.submit(entry(body=big, sender="quiet"))
    # The door that takes over counts what is there.
    async with spilling(tmp_path, quota=1_000_000, share=0.5) as spill:
        with pytest.raises(NotDurableError, match="share"):
            spill.submit(entry(body=big, sender="noisy"))
        for segment in list(spill.sealed):
            spill.forget(segment)
        await spill.submit(entry(body=big, sender="noisy"))
