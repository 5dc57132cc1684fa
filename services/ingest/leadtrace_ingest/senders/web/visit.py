"""A visit and the acquisition dimensions that it tells.

The campaign says them, else a click id, else the referrer; a visit from one's own pages tells nothing.
"""

from collections.abc import Mapping
from typing import NamedTuple

from leadtrace_ingest.senders.drafting import MAX_NAME
from leadtrace_ingest.senders.mapping.web import WebFile
from leadtrace_ingest.senders.web.address import Address, address_of, is_below, owner_of, parameters
from leadtrace_ingest.senders.web.grouping import Grouping

_CAMPAIGN = {
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_campaign": "campaign",
    "utm_content": "content",
}
_REFERRAL = "referral"


class Visit(NamedTuple):
    """What a sender says of the page that somebody was on; empty texts where it says nothing.

    `search` is the query where the address has none; `named` are parameters that the sender took out of the
    address itself, under their names there.
    """

    url: str = ""
    search: str = ""
    referrer: str = ""
    named: Mapping[str, str] = {}


NOWHERE = Visit()


class Acquirer:
    """Tells the acquisition dimensions of visits by the rules of a mapping."""

    def __init__(self, web: WebFile) -> None:
        self._grouping = Grouping(web)
        self._direct = web.direct
        self._own = tuple(domain.lower() for domain in web.own_domains)
        self._click_ids = [(row.id.lower(), row.source, row.medium) for row in web.click_ids]

    def dimensions(self, visit: Visit) -> dict[str, str]:
        """Channel, source, medium, campaign and content, as far as they are told."""
        if visit is NOWHERE:
            return {}
        page = address_of(visit.url) if visit.url else None
        told = parameters((page and page.query) or visit.search)
        told.update(visit.named)
        found = {dimension: _name(told[name]) for name, dimension in _CAMPAIGN.items() if name in told}
        found = {dimension: text for dimension, text in found.items() if text}
        self._clicked(told, found)
        if not found:
            if not visit.referrer:
                return {"channel": self._direct} if page else {}
            self._referred(visit.referrer, page, found)
        return self._grouped(found)

    def _clicked(self, told: Mapping[str, str], found: dict[str, str]) -> None:
        """Fill in what a click id tells where the campaign says nothing."""
        for name, source, medium in self._click_ids:
            if told.get(name):
                found.setdefault("source", source)
                found.setdefault("medium", medium)
                return

    def _referred(self, referrer: str, page: Address | None, found: dict[str, str]) -> None:
        """Fill in what a foreign referrer tells."""
        came_from = address_of(referrer)
        if came_from is None or self._is_own(came_from.host, page):
            return
        sites = self._grouping.sites
        source = sites.source_of(came_from.host)
        found["source"] = _name(source)
        found["medium"] = sites.medium_of(source) or _REFERRAL

    def _is_own(self, host: str, page: Address | None) -> bool:
        same = page is not None and owner_of(page.host) == owner_of(host) and _related(page.host, host)
        return same or any(is_below(host, domain) for domain in self._own)

    def _grouped(self, found: dict[str, str]) -> dict[str, str]:
        if not found:
            return found
        channel = self._grouping.channel(
            found.get("source", ""), found.get("medium", ""), found.get("campaign", "")
        )
        return {"channel": channel, **found} if channel else found


def _related(one: str, other: str) -> bool:
    """Whether two hosts of the same owner's name share that domain: shop.acme.com and acme.com."""
    owner = owner_of(one)
    return one[one.rfind(owner) :] == other[other.rfind(owner) :]


def _name(text: str) -> str:
    """A value as a name: NUL replaced, cut rather than refused, since a visitor's browser made it."""
    return text.replace("\x00", "\ufffd").strip()[:MAX_NAME]
