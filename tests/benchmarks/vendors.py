"""Requests of every kind of sender, bytes and all: single events and batches of a hundred."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from leadtrace.cli.traffic.signature import signed_headers
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.shipped import shipped_path
from leadtrace.testing.installation import SECRET, Installation
from tests.benchmarks.hubspot import bodies_of, life_of_contact

KEY = "a-key-of-the-benchmarks"
WHSEC = "whsec_" + base64.b64encode(b"a secret of the benchmarks, 32 by").decode()
ORGANIZATION = "00D000000000001EAA"
BATCH = 100
_AT = "2026-01-02T03:04:05.678Z"
_NOTE = "a note of some length, as people write them into a record; " * 12

_CLOSE = str(shipped_path("mappings", "examples/close.yaml"))

# One table each, beside the HubSpot sender that every installation has.
TABLES: Mapping[str, dict[str, Any]] = {
    "salesforce": {"secrets": [WHSEC], "path_secrets": [KEY], "organizations": [ORGANIZATION]},
    "pipedrive": {"username": "leadtrace", "secrets": [KEY]},
    "mautic": {"secrets": [KEY]},
    "website": {"kind": "segment", "secrets": [KEY]},
    "erp": {"kind": "events", "secrets": [KEY]},
    "forwarded": {"kind": "segment_webhook", "secrets": [KEY]},
    "relayed": {"kind": "standard_webhooks", "secrets": [WHSEC]},
    "close": {"kind": "generic", "auth": "bearer", "secrets": [KEY], "mapping": _CLOSE},
    "ads": {"kind": "spend", "secrets": [KEY]},
}


@dataclass(frozen=True, slots=True)
class Vendor:
    """How a kind of sender posts: `body` makes a delivery of the n-th events, `headers` proves it."""

    path: str
    body: Callable[[Sequence[int]], bytes]
    headers: Callable[[bytes, str], Mapping[str, str]]
    status: int = 202


def environment() -> dict[str, str]:
    """The variables that configure all senders."""
    return {f"LEADTRACE_SENDERS__{name.upper()}": json.dumps(table) for name, table in TABLES.items()}


def requests_of(installation: Installation, vendor: Vendor, count: int, size: int, start: int) -> list[bytes]:
    """`count` complete HTTP requests of `size` events each, signed now."""
    port = installation.ports["ingest"]
    url = f"http://127.0.0.1:{port}{vendor.path}"
    requests = []
    for number in range(count):
        first = start + number * size
        body = vendor.body(range(first, first + size))
        lines = [f"POST {vendor.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in vendor.headers(body, url).items()]
        requests.append("\r\n".join([*lines, "", ""]).encode() + body)
    return requests


def _hubspot(numbers: Sequence[int]) -> bytes:
    events = [life_of_contact(n // 10, long_text=_NOTE)[n % 10] for n in numbers]
    (body,) = bodies_of(events, len(events))
    return body


def _hubspot_headers(body: bytes, url: str) -> Mapping[str, str]:
    return signed_headers(SECRET, url, body, SystemClock().now_us() // 1_000)


def _outbound(numbers: Sequence[int]) -> bytes:
    notifications = "".join(
        f'<Notification><Id>04l{n:012d}</Id><sObject xsi:type="sf:Lead" '
        f'xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>00Q{n // 10:012d}</sf:Id>'
        f"<sf:Email>lead{n}@company.example</sf:Email><sf:Description>{_NOTE}</sf:Description>"
        "</sObject></Notification>"
        for n in numbers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{ORGANIZATION}</OrganizationId><ActionId>04k000000000001</ActionId>"
        f'<SessionId xsi:nil="true"/>{notifications}</notifications></soapenv:Body></soapenv:Envelope>'
    ).encode()


def _changes(numbers: Sequence[int]) -> bytes:
    return _json(
        [
            {
                "data": {
                    "schema": "x",
                    "payload": {
                        "ChangeEventHeader": {
                            "entityName": "Lead",
                            "recordIds": [f"00Q{n // 10:012d}AAA"],
                            "changeType": "UPDATE",
                            "transactionKey": f"key-{n}",
                            "sequenceNumber": 1,
                            "commitTimestamp": 1_767_312_000_000 + n,
                            "commitNumber": n,
                            "commitUser": "005000000000001AAA",
                            "changedFields": ["Description"],
                        },
                        "Description": _NOTE,
                    },
                    "event": {"replayId": n},
                },
                "channel": "/data/LeadChangeEvent",
            }
            for n in numbers
        ]
    )


def _pipedrive(numbers: Sequence[int]) -> bytes:
    (n,) = numbers
    meta = {
        "action": "change",
        "entity": "person",
        "company_id": "1",
        "entity_id": str(n // 10),
        "id": f"00000000-0000-4000-8000-{n:012d}",
        "timestamp": _AT,
        "version": "2.0",
        "user_id": "9",
        "attempt": 1,
    }
    return _json({"meta": meta, "data": {"id": n // 10, "note": _NOTE}, "previous": {"note": None}})


def _mautic(numbers: Sequence[int]) -> bytes:
    def contact(n: int) -> dict[str, Any]:
        fields = {"core": {"email": {"alias": "email", "value": f"lead{n}@company.example"}}}
        return {"contact": {"id": n, "fields": fields}, "timestamp": _AT}

    return _json({"mautic.lead_post_save_update": [contact(n) for n in numbers]})


def _page(n: int) -> dict[str, Any]:
    return {
        "type": "page",
        "messageId": f"m-{n}",
        "userId": f"u-{n // 10}",
        "timestamp": _AT,
        "properties": {
            "url": f"https://shop.example/p/{n}?utm_source=news&utm_medium=email",
            "note": _NOTE,
        },
    }


def _segment(numbers: Sequence[int]) -> bytes:
    return _json({"batch": [_page(n) for n in numbers], "sentAt": _AT})


def _forwarded(numbers: Sequence[int]) -> bytes:
    return _json([_page(n) for n in numbers])


def _close(numbers: Sequence[int]) -> bytes:
    (n,) = numbers
    contact = {"id": f"cont_{n // 10}", "name": f"Lead {n}", "note": _NOTE}
    event = {"id": f"ev_{n}", "object_type": "contact", "object_id": f"cont_{n // 10}", "action": "updated"}
    return _json({"event": {**event, "organization_id": "orga_1", "date_created": _AT, "data": contact}})


def _spend(numbers: Sequence[int]) -> bytes:
    day = "2026-01-02"
    row = {"date": day, "amount": "12.50", "currency": "EUR", "channel": "paid_search", "campaign": "spring"}
    return _json([{"account": f"a{n}", "from": day, "to": day, "rows": [row] * 10} for n in numbers])


def _events(numbers: Sequence[int], source: str = "erp") -> bytes:
    return _json(
        [
            {
                "specversion": "1.0",
                "id": str(n),
                "source": source,
                "type": "io.leadtrace.lead.updated.v1",
                "subject": f"customer/{n // 10}",
                "time": _AT,
                "data": {"personal": {"other": {"note": _NOTE}}},
            }
            for n in numbers
        ]
    )


def _spaced(body: bytes, _: str) -> Mapping[str, str]:
    digest = base64.b64encode(hmac.digest(KEY.encode(), body, hashlib.sha256)).decode()
    return {"Content-Type": "application/json", "Webhook-Signature": digest}


def _basic(user: str, password: str) -> Callable[[bytes, str], Mapping[str, str]]:
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return lambda _, __: {"Content-Type": "application/json", "Authorization": f"Basic {encoded}"}


def _bearer(_: bytes, __: str) -> Mapping[str, str]:
    batch = "application/cloudevents-batch+json"
    return {"Content-Type": batch, "Authorization": f"Bearer {KEY}"}


def _bearer_of_json(_: bytes, __: str) -> Mapping[str, str]:
    return {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}


def _by_sha1(body: bytes, _: str) -> Mapping[str, str]:
    signature = hmac.digest(KEY.encode(), body, hashlib.sha1).hex()
    return {"Content-Type": "application/json", "X-Signature": signature}


def _standard_batch(body: bytes, url: str) -> Mapping[str, str]:
    return {**_standard(body, url), "Content-Type": "application/cloudevents-batch+json"}


def _xml(_: bytes, __: str) -> Mapping[str, str]:
    return {"Content-Type": "text/xml; charset=utf-8"}


def _standard(body: bytes, _: str) -> Mapping[str, str]:
    secret = base64.b64decode(WHSEC.removeprefix("whsec_"))
    now = str(SystemClock().now_us() // 1_000_000)
    signed = b".".join((b"m", now.encode(), body))
    signature = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": "m",
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{signature}",
    }


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


VENDORS: Mapping[str, Vendor] = {
    "hubspot": Vendor("/v1/webhooks/hubspot", _hubspot, _hubspot_headers),
    "salesforce outbound": Vendor(f"/v1/webhooks/salesforce/{KEY}", _outbound, _xml, 200),
    "salesforce cdc": Vendor("/v1/webhooks/salesforce/cdc", _changes, _standard),
    "pipedrive": Vendor("/v1/webhooks/pipedrive", _pipedrive, _basic("leadtrace", KEY)),
    "mautic": Vendor("/v1/webhooks/mautic", _mautic, _spaced),
    "segment": Vendor("/v1/batch", _segment, _basic(KEY, ""), 200),
    "cloudevents": Vendor("/v1/events", _events, _bearer),
    "segment webhook": Vendor("/v1/webhooks/forwarded", _forwarded, _by_sha1),
    "standard webhooks": Vendor("/v1/webhooks/relayed", partial(_events, source="relayed"), _standard_batch),
    "generic": Vendor("/v1/webhooks/generic/close", _close, _bearer_of_json),
    "spend": Vendor("/v1/spend", _spend, _bearer_of_json),
}
ONE_AT_A_TIME = frozenset({"pipedrive", "generic"})
