"""HubSpot's signatures: the golden vectors hold, and everything else is refused with rule and remedy."""

import base64
import hashlib
import hmac
from urllib.parse import unquote

import pytest

from leadtrace_ingest.senders.hubspot.verify import WINDOW_MS, decode_uri, verify
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest

SECRET = b"yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
OTHER = b"the other live secret"
URI = b"https://www.example.com/webhook_uri"
BODY = b"{'example_field':'example_value'}"
AT_MS = 1693657560000

V3 = {
    1693657560000: b"K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
    1700000300000: b"RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=",
}
V1 = b"69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750"
V2 = b"4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383"


def request(
    headers: dict[bytes, bytes], *, body: bytes = BODY, uri: bytes = URI, at: int = AT_MS
) -> SignedRequest:
    return SignedRequest(b"POST", uri, headers, body, at)


def v3(signature: bytes = V3[AT_MS], timestamp: bytes = b"1693657560000") -> dict[bytes, bytes]:
    return {b"x-hubspot-signature-v3": signature, b"x-hubspot-request-timestamp": timestamp}


def old(version: bytes, signature: bytes) -> dict[bytes, bytes]:
    return {b"x-hubspot-signature": signature, b"x-hubspot-signature-version": version}


class TestGoldenVectors:
    @pytest.mark.parametrize("at", V3)
    def test_v3(self, at: int) -> None:
        verify(request(v3(V3[at], str(at).encode()), at=at), [SECRET])

    def test_v1(self) -> None:
        verify(request(old(b"v1", V1)), [SECRET])

    def test_v2(self) -> None:
        verify(request(old(b"v2", V2)), [SECRET])

    @pytest.mark.parametrize("secrets", [[SECRET, OTHER], [OTHER, SECRET]])
    def test_either_live_secret_will_do(self, secrets: list[bytes]) -> None:
        for headers in (v3(), old(b"v1", V1), old(b"v2", V2)):
            verify(request(headers), secrets)


REFUSED = {
    "no signature": {},
    "another secret": v3(
        base64.b64encode(hmac.digest(OTHER, b"POST" + URI + BODY + b"1693657560000", "sha256"))
    ),
    "empty signature": v3(b""),
    "no timestamp": {b"x-hubspot-signature-v3": V3[AT_MS]},
    "timestamp in words": v3(timestamp=b"yesterday"),
    "timestamp with a sign": v3(timestamp=b"+1693657560000"),
    "timestamp with digits of another script": v3(timestamp="١٦٩٣٦٥٧٥٦٠٠٠٠".encode()),
    "endless timestamp": v3(timestamp=b"9" * 400),
    "v3 wrong beside a good v1": v3(b"AAAA") | old(b"v1", V1),
    "unknown version": old(b"v9", V1),
    "v1 signature called v2": old(b"v2", V1),
    "v2 signature called v1": old(b"v1", V2),
    "not ASCII": old(b"v1", "ü".encode()),
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_refuses_naming_rule_and_remedy(headers: dict[bytes, bytes]) -> None:
    with pytest.raises(SignatureError) as refused:
        verify(request(headers), [SECRET])
    assert str(refused.value).endswith(".")
    assert refused.value.remedy.endswith(".")
    assert SECRET.decode() not in f"{refused.value}{refused.value.remedy}"


@pytest.mark.parametrize("headers", [v3(), old(b"v1", V1), old(b"v2", V2)], ids=["v3", "v1", "v2"])
@pytest.mark.parametrize("secrets", [[OTHER], [b"a", b"b"], [SECRET[:-1]], [SECRET + b" "]])
def test_refuses_every_scheme_without_the_secret(headers: dict[bytes, bytes], secrets: list[bytes]) -> None:
    with pytest.raises(SignatureError, match="does not match"):
        verify(request(headers), secrets)


def test_takes_hex_in_capitals_but_no_other_base64() -> None:
    verify(request(old(b"v1", V1.upper())), [SECRET])
    with pytest.raises(SignatureError):
        verify(request(v3(V3[AT_MS].swapcase())), [SECRET])


@pytest.mark.parametrize("moved", [WINDOW_MS + 1, -WINDOW_MS - 1])
def test_refuses_what_lies_outside_the_window_on_either_side(moved: int) -> None:
    with pytest.raises(SignatureError, match="300 s"):
        verify(request(v3(), at=AT_MS + moved), [SECRET])


@pytest.mark.parametrize("moved", [WINDOW_MS, -WINDOW_MS])
def test_takes_what_lies_just_within_the_window(moved: int) -> None:
    verify(request(v3(), at=AT_MS + moved), [SECRET])


@pytest.mark.parametrize(
    "body", [BODY + b"\n", BODY.replace(b"'", b'"'), b" " + BODY, b'{"b":1,"a":"\\u00fc"}'], ids=repr
)
def test_any_change_of_the_raw_bytes_breaks_every_scheme(body: bytes) -> None:
    for headers in (v3(), old(b"v1", V1), old(b"v2", V2)):
        with pytest.raises(SignatureError):
            verify(request(headers, body=body), [SECRET])


def test_the_address_counts_for_v2_and_v3() -> None:
    for headers in (v3(), old(b"v2", V2)):
        with pytest.raises(SignatureError):
            verify(request(headers, uri=b"http://www.example.com/webhook_uri"), [SECRET])


class TestUri:
    def test_decodes_the_listed_escapes_and_no_others(self) -> None:
        listed = b"%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B"
        assert decode_uri(listed) == b":/?@!$'()*,;"
        assert decode_uri(listed.lower()) == b":/?@!$'()*,;"
        assert decode_uri(b"%20%25%26%3D%2B%C3%BC") == b"%20%25%26%3D%2B%C3%BC"

    def test_decodes_once(self) -> None:
        assert decode_uri(b"%253A") == b"%253A"

    def test_v3_signs_the_decoded_address(self) -> None:
        decoded = b"https://www.example.com/hook?to=a@b:c&x=%20y"
        signed = b"POST" + decoded + BODY + b"1693657560000"
        signature = base64.b64encode(hmac.digest(SECRET, signed, "sha256"))
        verify(request(v3(signature), uri=b"https://www.example.com/hook?to=a%40b%3Ac&x=%20y"), [SECRET])

    @pytest.mark.parametrize(
        "escape", ["%3A", "%2f", "%3F", "%40", "%21", "%24", "%27", "%28", "%29", "%2a", "%2C", "%3b"]
    )
    def test_v3_takes_each_escape_that_hubspot_decodes(self, escape: str) -> None:
        signed = f"https://www.example.com/hook?x={unquote(escape)}".encode()
        text = b"POST" + signed + BODY + b"1693657560000"
        signature = base64.b64encode(hmac.digest(SECRET, text, "sha256"))
        verify(request(v3(signature), uri=f"https://www.example.com/hook?x={escape}".encode()), [SECRET])

    @pytest.mark.parametrize("escape", ["%20", "%25", "%26", "%3D", "%2B", "%23", "%5B", "%C3%BC"])
    def test_v3_leaves_the_others_as_they_are(self, escape: str) -> None:
        decoded = f"https://www.example.com/hook?x={unquote(escape)}".encode()
        signature = base64.b64encode(
            hmac.digest(SECRET, b"POST" + decoded + BODY + b"1693657560000", "sha256")
        )
        with pytest.raises(SignatureError):
            verify(request(v3(signature), uri=f"https://www.example.com/hook?x={escape}".encode()), [SECRET])

    def test_v2_signs_the_address_as_called(self) -> None:
        called = b"https://www.example.com/hook?to=a%40b"
        signature = hashlib.sha256(SECRET + b"POST" + called + BODY).hexdigest().encode()
        verify(request(old(b"v2", signature), uri=called), [SECRET])
