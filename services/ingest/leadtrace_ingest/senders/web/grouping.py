"""From source, medium and campaign to a channel: the first row of the mapping that fits."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from leadtrace_ingest.senders.mapping.web import ChannelRow, WebFile
from leadtrace_ingest.senders.web.address import is_below, owner_of

Fits = Callable[[str], bool]
_REMEMBERED = 4_096  # campaigns are few, visits are many


class Sites:
    """Known sites: entries with a dot are domains, others names of sources or of a domain's owner."""

    def __init__(self, web: WebFile) -> None:
        self._names = {key.lower(): value for key, value in web.source_names.items()}
        self._entries = {
            kind: (
                frozenset(one.lower() for one in entries if "." not in one),
                tuple(one.lower() for one in entries if "." in one),
            )
            for kind, entries in web.sites.items()
        }
        self._mediums = web.site_mediums
        self._known: frozenset[str] = frozenset().union(*(names for names, _ in self._entries.values()))

    def source_of(self, host: str) -> str:
        """The source that a referring host stands for: a known name, else the host itself."""
        bare = host.removeprefix("www.")
        owner = owner_of(host)
        return self._names.get(bare) or (owner if owner in self._known else bare)

    def medium_of(self, source: str) -> str | None:
        """The medium by which visits from a known site come; None for any other site."""
        for kind in self._entries:
            if self.belongs(source, (kind,)):
                return self._mediums.get(kind)
        return None

    def belongs(self, source: str, kinds: Sequence[str]) -> bool:
        """Whether a source is a site of one of these lists."""
        name = self._names.get(source, source)
        for kind in kinds:
            names, domains = self._entries[kind]
            if name in names or owner_of(name) in names or any(is_below(name, one) for one in domains):
                return True
        return False


class Grouping:
    """The rows of `web.channels`, ready to be asked."""

    def __init__(self, web: WebFile) -> None:
        self.sites = Sites(web)
        self._other = web.other
        self._rows = [
            (row, (_pattern(row.sources), _pattern(row.mediums), _pattern(row.campaigns)))
            for row in web.channels
        ]
        self.channel = lru_cache(_REMEMBERED)(self._channel)

    def _channel(self, source: str, medium: str, campaign: str) -> str | None:
        """The channel of a visit; what fits no row is the mapping's `other`."""
        given = [text.strip().lower() for text in (source, medium, campaign)]
        for row, conditions in self._rows:
            fit = all(holds(text) for holds, text in zip(conditions, given, strict=True))
            if fit and self._sited(row, given[0]):
                return row.channel
        return self._other

    def _sited(self, row: ChannelRow, source: str) -> bool:
        return not row.sites or self.sites.belongs(source, row.sites)


def _pattern(values: Sequence[str]) -> Fits:
    if not values:
        return lambda _: True
    found = re.compile("|".join(f"(?:{_one(value)})" for value in values))
    return lambda text: found.fullmatch(text) is not None


def _one(value: str) -> str:
    return ".*".join(re.escape(part) for part in value.lower().split("*"))
