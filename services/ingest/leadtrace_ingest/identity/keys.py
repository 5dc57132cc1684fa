"""Identity keys: what a record says of how to reach its person, brought to one form and hashed.

An address or a number that many people share, or that nobody has, is no key: it is kept with the reason why.
"""

import hmac
import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from leadtrace.runtime.settings_identity import Identity as IdentitySettings

_KEY_BYTES = 16
_MOST_CHARACTERS = 320
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?"
_PLAIN = re.compile(
    rf"[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?=[A-Za-z0-9])){{0,60}}@(?!xn--)(?:{_LABEL}\.){{1,3}}[A-Za-z]{{2,20}}",
    re.ASCII,
)
_SUBADDRESS = re.compile(r"\+.*$")


class KeyKind(StrEnum):
    """By what a record is recognised."""

    EMAIL = "email"
    PHONE = "phone"


class Refusal(StrEnum):
    """Why a key joins nobody."""

    UNREADABLE = "unreadable"
    SHARED_MAILBOX = "shared_mailbox"
    JUNK = "junk"
    UNTRUSTED_SENDER = "untrusted_sender"


class IdentityKey(NamedTuple):
    """A key of a record: 16 bytes that stand for the value, or the reason why it has none."""

    kind: KeyKind
    key: bytes | None
    refusal: Refusal | None = None


class KeyMaker:
    """Makes keys by the settings; values are hashed with the installation's secret: nobody guesses one."""

    def __init__(self, settings: IdentitySettings, secret: bytes) -> None:
        self._region = settings.default_region
        self._shared = frozenset(settings.shared_mailboxes)
        self._junk = frozenset(settings.junk)
        self._secret = secret

    def keys(self, *, email: str | None, phone: str | None, trusted: bool) -> list[IdentityKey]:
        """The keys of what a record says; of senders that anybody can pretend to be none counts."""
        given = ((KeyKind.EMAIL, email, self._email), (KeyKind.PHONE, phone, self._phone))
        return [self._made(kind, read(text), trusted) for kind, text, read in given if text]

    def digest(self, kind: str, value: str) -> bytes:
        """The 16 bytes that stand for a normalised value."""
        return hmac.digest(self._secret, f"{kind}\x1f{value}".encode(), "sha256")[:_KEY_BYTES]

    def _made(self, kind: KeyKind, found: str | Refusal, trusted: bool) -> IdentityKey:
        if isinstance(found, Refusal):
            return IdentityKey(kind, None, found)
        key = self.digest(kind, found)
        return IdentityKey(kind, key, None if trusted else Refusal.UNTRUSTED_SENDER)

    def _email(self, text: str) -> str | Refusal:
        address = normal_email(text)
        if address is None:
            return Refusal.UNREADABLE
        name, _, domain = address.rpartition("@")
        if address in self._junk or domain in self._junk:
            return Refusal.JUNK
        return Refusal.SHARED_MAILBOX if _SUBADDRESS.sub("", name) in self._shared else address

    def _phone(self, text: str) -> str | Refusal:
        number = normal_phone(text, self._region)
        if number is None:
            return Refusal.UNREADABLE
        return Refusal.JUNK if number in self._junk else number


@lru_cache(maxsize=65_536)
def normal_email(text: str) -> str | None:
    """An address in lower case, its domain as IDNA says; None if it is none."""
    if len(text) > _MOST_CHARACTERS:
        return None
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        # The library says the same of these, a hundred times slower.
        return text.lower()
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized.lower()


@lru_cache(maxsize=65_536)
def normal_phone(text: str, region: str | None) -> str | None:
    """A number in E.164; None if it is none that can be dialled."""
    if len(text) > _MOST_CHARACTERS:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
