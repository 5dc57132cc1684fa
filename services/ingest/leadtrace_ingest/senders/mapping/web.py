"""What a mapping file says of the web: events by name, campaigns by click id, channels by source."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
EventName = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class EventMeaning(StrEnum):
    """What an event that a sender names itself stands for."""

    CAPTURE = "capture"
    SIGNAL = "signal"
    IGNORED = "ignored"


class EventRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event of the sender; `signal` names the intent that it shows, `channel` the way it came."""

    id: EventName
    means: EventMeaning = msgspec.field(name="is")
    signal: Name | None = msgspec.field(default=None, name="as")
    channel: Name | None = None


class ClickIdRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A parameter that an ad network adds to a link, and what it tells of where the click came from."""

    id: Name
    source: Name
    medium: Name


class ChannelRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A channel and what leads to it: each condition given must hold, by any of its values; `*` is any text.

    `sites` names lists of `sites`.
    """

    channel: Name = msgspec.field(name="is")
    sites: tuple[Name, ...] = ()
    sources: tuple[Name, ...] = ()
    mediums: tuple[Name, ...] = ()
    campaigns: tuple[Name, ...] = ()


class WebFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part `web` of a mapping file."""

    capture_traits: tuple[Name, ...] = ()
    direct: Name = "direct_traffic"
    other: Name | None = None
    own_domains: tuple[Name, ...] = ()
    events: tuple[EventRow, ...] = ()
    click_ids: tuple[ClickIdRow, ...] = ()
    sites: dict[Name, tuple[Name, ...]] = {}
    site_mediums: dict[str, Name] = {}
    source_names: dict[str, Name] = {}
    channels: tuple[ChannelRow, ...] = ()


def web_problems(web: WebFile) -> list[str]:
    """What is wrong with the part, each naming key and rule."""
    found = [
        f"web.channels: the row of {row.channel!r} names no list of web.sites: {site!r}"
        for row in web.channels
        for site in row.sites
        if site not in web.sites
    ]
    found += [
        f"web.site_mediums: {site!r} is no list of web.sites"
        for site in web.site_mediums
        if site not in web.sites
    ]
    found += _twice("web.events", [row.id for row in web.events])
    return found + _twice("web.click_ids", [row.id for row in web.click_ids])


def _twice(key: str, ids: Sequence[str]) -> list[str]:
    return [f"{key}: two rows of {one!r}" for one in sorted({one for one in ids if ids.count(one) > 1})]
