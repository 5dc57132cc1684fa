"""What Salesforce and relays post, for tests: one call makes one thing, with only what matters spelt out."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from standardwebhooks import Webhook

from leadtrace.events.times import from_micros
from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.item import ItemResult, Mapped
from leadtrace_ingest.senders.mapping.compiled import Mapping as MappingRules
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from leadtrace_ingest.senders.salesforce.map import SalesforceAdapter
from leadtrace_ingest.senders.salesforce.verify import CDC, Proofs
from leadtrace_ingest.senders.sender import SignedRequest
from tests.unit.ingest import deliveries

ORGANIZATION = "00D000000000001EAA"
PATH_SECRET = "a-secret-segment-of-the-path"
RELAY_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT_MS = 1_767_312_000_000  # 2026-01-02T00:00:00Z
LEAD, CONTACT, ACCOUNT, DEAL, USER = (
    f"{prefix}000000000001" for prefix in ("00Q", "003", "001", "006", "005")
)
LONG_LEAD, LONG_CONTACT, LONG_ACCOUNT, LONG_DEAL, LONG_USER = (
    f"{LEAD}EAA",
    f"{CONTACT}AAA",
    f"{ACCOUNT}AAA",
    f"{DEAL}AAA",
    f"{USER}AAA",
)


def shipped_mapping() -> MappingRules:
    """The shipped mapping, amounts in euros."""
    return load_mapping(shipped_path("mappings", "salesforce.yaml"), "EUR")


def shipped_adapter(sender: str = "salesforce", mapping: MappingRules | None = None) -> SalesforceAdapter:
    """The adapter with the shipped mapping."""
    proofs = Proofs([RELAY_SECRET.encode()], [PATH_SECRET.encode()], [ORGANIZATION])
    return SalesforceAdapter(sender, proofs, mapping or shipped_mapping())


def notification(
    fields: Mapping[str, str | None], *, id_: str = "04l000000000001", kind: str = "Lead"
) -> str:
    """A notification of a record; None is a nil field."""
    inner = "".join(
        f'<sf:{name} xsi:nil="true"/>' if text is None else f"<sf:{name}>{escape(text)}</sf:{name}>"
        for name, text in fields.items()
    )
    return (
        f'<Notification><Id>{id_}</Id><sObject xsi:type="sf:{kind}" '
        f'xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{inner}</sObject></Notification>'
    )


def soap(
    *notifications: str, organization: str = ORGANIZATION, session: str = '<SessionId xsi:nil="true"/>'
) -> bytes:
    """An Outbound Message."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{organization}</OrganizationId><ActionId>04k000000000001</ActionId>{session}"
        "<EnterpriseUrl>https://acme.example/c</EnterpriseUrl>"
        f"{''.join(notifications)}</notifications></soapenv:Body></soapenv:Envelope>"
    ).encode()


def header(entity: str, change: str, **fields: Any) -> dict[str, Any]:
    """The header of a change event of lead 1."""
    return {
        "entityName": entity,
        "recordIds": [LONG_LEAD],
        "changeType": change,
        "changeOrigin": "com/salesforce/api/soap/61.0;client=Web",
        "transactionKey": "0002ac83-fcbd-9443-f901-7d3a380feb2c",
        "sequenceNumber": 1,
        "commitTimestamp": AT_MS,
        "commitNumber": 10585193272713,
        "commitUser": LONG_USER,
        "changedFields": [],
        "nulledFields": [],
        "diffFields": [],
        **fields,
    }


def change(entity: str, kind: str, values: Mapping[str, Any] | None = None, **head: Any) -> dict[str, Any]:
    """The payload of a change event; an update names all its fields as changed unless `head` does."""
    values = values or {}
    if kind == "UPDATE":
        head = {"changedFields": list(values), **head}
    return {"ChangeEventHeader": header(entity, kind, **head), **values}


def cometd(payload: object, channel: str = "/data/ChangeEvents", **event: Any) -> dict[str, Any]:
    """A payload as the CometD clients hand it on."""
    inner = {"schema": "IeRuaY6cbI_HsV8Rv1Mc5g", "payload": payload, "event": {"replayId": 6, **event}}
    return {"data": inner, "channel": channel}


def raw(value: object) -> bytes:
    """As a relay sends it."""
    return msgspec.json.encode(value)


def results(*notifications: str) -> list[ItemResult]:
    """What becomes of each notification of a message."""
    return deliveries.results_of(shipped_adapter(), soap(*notifications))


def result(fields: Mapping[str, str | None], **more: str) -> ItemResult:
    """What becomes of one notification."""
    (found,) = results(notification(fields, **more))
    return found


def relayed(value: object) -> list[ItemResult]:
    """What becomes of each item that a relay posts."""
    return deliveries.results_of(shipped_adapter(), raw(value), route=CDC)


def relayed_one(value: object) -> ItemResult:
    """What becomes of the one item that a relay posts."""
    (found,) = relayed(value)
    return found


def told(found: ItemResult) -> list[deliveries.Told]:
    """The drafts as (name of the type, subject, data)."""
    return deliveries.told(found)


def types(found: ItemResult) -> list[tuple[str, str]]:
    """The drafts as (name of the type, subject)."""
    return [(type_, subject) for type_, subject, _ in told(found)]


def first_data(found: ItemResult) -> Any:
    """The data of the first draft."""
    return told(found)[0][2]


def mapped(found: ItemResult) -> Mapped:
    """A result that must be mapped."""
    assert isinstance(found, Mapped), found
    return found


def request(
    body: bytes, route: str = PATH_SECRET, headers: Mapping[bytes, bytes] | None = None
) -> SignedRequest:
    """A request as the door sees it."""
    return SignedRequest(b"POST", b"https://hooks.example/x", headers or {}, body, AT_MS, route)


def signed(body: bytes, secret: str = RELAY_SECRET, at_ms: int = AT_MS) -> dict[str, str]:
    """The headers of Standard Webhooks, made by the reference library."""
    moment = from_micros(at_ms * 1_000)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(at_ms // 1_000),
        "webhook-signature": Webhook(secret).sign("msg_1", moment, body.decode()),
    }
