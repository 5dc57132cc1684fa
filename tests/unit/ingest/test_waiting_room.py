"""What waits is bounded, and no sender may take up the room of the others."""

from leadtrace_ingest.door.waiting import Room


def test_room_is_bounded_and_given_back() -> None:
    room = Room(100, 1.0)
    assert room.take("a", 60)
    assert not room.take("b", 41)
    room.give_back("a", 60)
    assert room.take("b", 100)
    assert room.taken == 100


def test_one_sender_leaves_room_for_others() -> None:
    room = Room(100, 0.5)
    assert room.take("noisy", 50)
    assert not room.take("noisy", 1)
    assert room.take("quiet", 50)
    room.give_back("noisy", 10)
    assert room.take("noisy", 10)
