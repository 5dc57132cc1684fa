"""Entries as server-sent events (HTML Living Standard, 9.2): built once, sent to all readers."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from leadtrace_api.projector.ticker import Kind
from leadtrace_api.store.ticker import Numbered

# How long (ms) a client waits before it connects again.
RETRY_MS: Final = 2_000
KINDS: Final = (Kind.FUNNEL.value, Kind.NOTABLE.value)
ALL: Final = frozenset(KINDS)


class Dropped(StrEnum):
    """Why a stream was closed by this side."""

    SLOW = "slow"
    STOPPING = "stopping"
    KEY = "key"


class Frame(NamedTuple):
    """An entry with its bytes."""

    number: int
    entry_id: int
    kind: str
    data: bytes


def frame_of(entry: Numbered) -> Frame:
    """The event that an entry is sent as."""
    text = f"id: {entry.number}\nevent: {entry.kind}\ndata: {entry.body}\n\n"
    return Frame(entry.number, entry.entry_id, entry.kind, text.encode())


def wanted(frames: Iterable[Frame], kinds: frozenset[str], after: int) -> list[bytes]:
    """The bytes of those behind a number that a reader asked for; resets reach everybody."""
    return [one.data for one in frames if one.number > after and is_for(one, kinds)]


def is_for(frame: Frame, kinds: frozenset[str]) -> bool:
    """Whether a reader of these kinds gets it."""
    return frame.kind in kinds or frame.kind == Kind.RESET.value


def standing_at(frame: Frame, position: str) -> bytes:
    """The event with another id: who resumes from it stands there."""
    return b"id: " + position.encode() + frame.data[frame.data.index(b"\n") :]


def opening(position: str) -> bytes:
    """How a stream begins: where it stands, so that a reader who got nothing yet can resume too."""
    return f"retry: {RETRY_MS}\n: open\nid: {position}\n\n".encode()


def beat(position: str) -> bytes:
    """A comment; its id moves on who filters, and dispatches no event."""
    return f": beat\nid: {position}\n\n".encode()


def reset(number: int, reason: str) -> bytes:
    """Entries are missing: what was added up is to be asked for anew."""
    body = msgspec.json.encode({"reason": reason}).decode()
    return frame_of(Numbered(number, 0, Kind.RESET.value, body)).data


def dropped(reason: Dropped) -> bytes:
    """The last event of a stream; without an id, so that the client resumes behind what it read."""
    return f'event: dropped\ndata: {{"reason":"{reason.value}"}}\n\n'.encode()
