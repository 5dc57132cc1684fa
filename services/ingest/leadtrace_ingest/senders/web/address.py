"""Addresses of pages as visitors' browsers report them; what cannot be read is as if it were not there."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

_LONGEST = 8_192
_MOST_PARAMETERS = 100
_SHORT_LABEL = 3  # the second level of a country's domains: co.uk, com.br, or.at
_COUNTRY = 2


class Address(NamedTuple):
    """Host in lower case, path, and the raw query."""

    host: str
    path: str
    query: str


def address_of(url: str) -> Address | None:
    """The parts of an address; None if it is none."""
    try:
        parts = urlsplit(url[:_LONGEST].strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    return Address(host, parts.path, parts.query) if host else None


def parameters(query: str) -> dict[str, str]:
    """The parameters of a query, names in lower case; of a repeated one the first counts."""
    found: dict[str, str] = {}
    try:
        pairs = parse_qsl(query[:_LONGEST].lstrip("?"), max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return found
    for name, value in pairs:
        found.setdefault(name.lower(), value)
    return found


def owner_of(host: str) -> str:
    """The label that its owner registered: `google` of `www.google.co.uk`.

    A guess that needs no list of public suffixes: under a country a short second level is the country's.
    """
    labels = host.split(".")
    if len(labels) == 1:
        return host
    under_country = len(labels[-1]) == _COUNTRY and len(labels[-2]) <= _SHORT_LABEL
    return labels[-3] if under_country and len(labels) > _COUNTRY else labels[-2]


def is_below(host: str, domain: str) -> bool:
    """Whether a host is the domain or lies in it."""
    return host == domain or host.endswith(f".{domain}")
