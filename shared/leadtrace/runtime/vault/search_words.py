"""Words by which people are found: as digests under a key of the installation, so that none stands in clear.

The key is wrapped like those of subjects and kept among them. Who has the database without the master key
can tell that two records share a word, and how many do, but not which word it is.
"""

import hmac
import re
import unicodedata
from typing import Final
from uuid import UUID

# No subject has it: theirs are digests.
SEARCH_KEY_ID: Final = UUID(bytes=b"search words key")
MOST_WORDS: Final = 16
_DIGEST_BYTES: Final = 16
_WORD = re.compile(r"[^\W_]+")


def words_of(*texts: str | None) -> frozenset[str]:
    """The words of texts in one form: without case and accents; no more than the first `MOST_WORDS`."""
    found = (word for text in texts if text for word in _WORD.findall(_plain(text)))
    return frozenset(list(dict.fromkeys(found))[:MOST_WORDS])


def digest_of(key: bytes, word: str) -> bytes:
    """What stands for a word."""
    return hmac.digest(key, word.encode(), "sha256")[:_DIGEST_BYTES]


def _plain(text: str) -> str:
    # Twice: what some signs stand for is written in capitals, and some small letters are several.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))
