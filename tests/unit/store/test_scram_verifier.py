"""What PostgreSQL is told of a password, against the exchange that RFC 7677 prints."""

import hashlib
import hmac
from base64 import b64decode

import pytest

from leadtrace.store.reader_login import scram_verifier
from leadtrace.store.roles import is_reader_password

# RFC 7677, 3: user "user", password "pencil".
SALT = "W22ZaJ0SNY7soEsUEjb6gQ=="
NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
SIGNATURE = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
EXCHANGED = f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={NONCE},s={SALT},i=4096,c=biws,r={NONCE}".encode()


def test_it_checks_the_exchange_of_the_standard() -> None:
    mechanism, rest = scram_verifier("pencil", b64decode(SALT), 4096).split("$", 1)
    head, keys = rest.split("$")
    stored, server = map(b64decode, keys.split(":"))
    assert (mechanism, head) == ("SCRAM-SHA-256", f"4096:{SALT}")
    signature = hmac.digest(stored, EXCHANGED, "sha256")
    client_key = bytes(a ^ b for a, b in zip(b64decode(PROOF), signature, strict=True))
    assert hashlib.sha256(client_key).digest() == stored
    assert hmac.digest(server, EXCHANGED, "sha256") == b64decode(SIGNATURE)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("sixteen-letters-", True),
        ("fifteen-letters", False),
        ("with a space in it", False),
        ("ä" * 16, False),
    ],
)
def test_which_passwords_are_taken(password: str, good: bool) -> None:
    assert is_reader_password(password) is good
