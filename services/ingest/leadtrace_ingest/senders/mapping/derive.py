"""What folds may know of a personal field: a company's domain, seniority and function."""

import re
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+")
_LONGEST_TITLE = 300
_LONGEST_DOMAIN = 253
_DOMAIN = re.compile(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$")


class TitleWords:
    """Classes of job titles by the words in them; the first class with a word in the title wins."""

    def __init__(self, rows: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._rows = [(value, tuple(f" {_normal(word)} " for word in words)) for value, words in rows]

    def classify(self, title: str) -> str | None:
        """The class of a title, or None."""
        text = f" {_normal(title[:_LONGEST_TITLE])} "
        for value, words in self._rows:
            if any(word in text for word in words):
                return value
        return None


def company_domain(email: str, free_mail: frozenset[str]) -> str | None:
    """The domain of an address in lower case; None for a provider for everyone or what is no domain."""
    domain = email.rpartition("@")[2].strip().lower().rstrip(".")
    if "@" not in email or len(domain) > _LONGEST_DOMAIN:
        return None
    try:
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return None
    return domain if domain not in free_mail and _DOMAIN.match(domain) else None


def _normal(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
