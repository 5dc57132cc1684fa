"""HubSpot's own Python client signs and the door takes it; our senders sign and the client takes it."""

import pytest
from hubspot.utils.signature import Signature

from tests.integration.ingest.door_scene import PATH, PUBLIC, running_door, signed_v1, signed_v2, signed_v3
from tests.unit.ingest.hubspot_items import AT_MS, SECRET, contact_property, item, raw

BODIES = [
    raw([item("contact.creation"), item("contact.deletion", eventId=2)]),
    raw([contact_property("firstname", "Zoë “Ω” 🚀")]),
    b'[{"a":"\\u00fc","b":1}]\n',
]
URI = f"{PUBLIC}{PATH}"


def headers(version: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    """What HubSpot's client makes of a request."""
    given = {"client_secret": secret, "request_body": body.decode(), "http_uri": URI, "http_method": "POST"}
    signed = Signature.get_signature(**given, signature_version=version, timestamp=str(AT_MS))
    if version == "v3":
        return {"X-HubSpot-Signature-v3": signed, "X-HubSpot-Request-Timestamp": str(AT_MS)}
    return {"X-HubSpot-Signature": signed, "X-HubSpot-Signature-Version": version}


async def test_the_door_takes_what_the_client_signs(database_url: str) -> None:
    async with running_door(database_url) as door:
        for version in ("v1", "v2", "v3"):
            for body in BODIES:
                assert (await door.post(body, headers(version, body))).status_code == 202
                assert (await door.post(body + b" ", headers(version, body))).status_code == 401
                assert (await door.post(body, headers(version, body, "wrong"))).status_code == 401
            both = headers(version, BODIES[0], "another live secret")
            assert (await door.post(BODIES[0], both)).status_code == 202


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_the_client_takes_what_our_senders_sign(body: bytes) -> None:
    given = {"client_secret": SECRET, "request_body": body.decode(), "http_uri": URI, "http_method": "POST"}
    assert Signature.is_valid(signed_v1(body)["X-HubSpot-Signature"], signature_version="v1", **given)
    assert Signature.is_valid(signed_v2(body)["X-HubSpot-Signature"], signature_version="v2", **given)
    # Its check of v3 looks at the machine's clock, so that here only the signature itself is compared.
    assert signed_v3(body) == headers("v3", body)
