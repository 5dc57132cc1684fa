"""Keys of records: one form for what is the same, and a reason for what joins nobody."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.runtime.settings_identity import Identity
from leadtrace_ingest.identity.keys import KeyKind, KeyMaker, Refusal, normal_email, normal_phone

MAKER = KeyMaker(Identity(default_region="DE"), b"a secret")
_ANY = st.text(alphabet="aZ09._+-@ üx", max_size=40)
_ADDRESSES = st.from_regex(r"[A-Za-z0-9._+-]{1,12}@[A-Za-z0-9.-]{1,20}\.[A-Za-z]{1,6}", fullmatch=True)


def _by_library(text: str) -> str | None:
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized.lower()


@given(st.one_of(_ANY, _ADDRESSES))
def test_addresses_are_what_the_library_says(text: str) -> None:
    assert normal_email(text) == _by_library(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann.Lee@ACME.com", " ann.lee@acme.COM "),
        ("ann@bücher.example.de", "ann@xn--bcher-kva.example.de"),
    ],
)
def test_one_address_in_two_forms_is_one_key(one: str, other: str) -> None:
    assert MAKER.keys(email=one, phone=None, trusted=True) == MAKER.keys(
        email=other, phone=None, trusted=True
    )


def test_one_number_in_two_forms_is_one_key() -> None:
    forms = ("+49 30 901820", "030/90 18 20", "0049 (30) 901820")
    assert {normal_phone(form, "DE") for form in forms} == {"+4930901820"}
    assert normal_phone("030/901820", None) is None


@pytest.mark.parametrize(
    ("email", "refusal"),
    [
        ("INFO@acme.com", Refusal.SHARED_MAILBOX),
        ("sales+web@acme.com", Refusal.SHARED_MAILBOX),
        ("test@test.com", Refusal.JUNK),
        ("anybody@example.com", Refusal.JUNK),
        ("not an address", Refusal.UNREADABLE),
        ("x" * 400 + "@acme.com", Refusal.UNREADABLE),
        ("information@acme.com", None),
    ],
)
def test_what_joins_nobody_says_why(email: str, refusal: Refusal | None) -> None:
    (key,) = MAKER.keys(email=email, phone=None, trusted=True)
    assert (key.kind, key.refusal, key.key is None) == (KeyKind.EMAIL, refusal, refusal is not None)


def test_what_anybody_could_have_said_is_kept_and_joins_nobody() -> None:
    (key,) = MAKER.keys(email="ann@acme.com", phone=None, trusted=False)
    assert key.refusal is Refusal.UNTRUSTED_SENDER
    assert key.key is not None


def test_keys_say_nothing_of_the_value_without_the_secret() -> None:
    (key,) = MAKER.keys(email="ann@acme.com", phone=None, trusted=True)
    (other,) = KeyMaker(Identity(), b"another").keys(email="ann@acme.com", phone=None, trusted=True)
    assert key.key != other.key
    assert b"ann" not in (key.key or b"")
