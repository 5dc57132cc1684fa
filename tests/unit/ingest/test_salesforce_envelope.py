"""Who may post an Outbound Message, and what becomes of a body that is none."""

from uuid import UUID

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Mapped, Refused
from leadtrace_ingest.senders.salesforce.envelope import _read, organization_of
from leadtrace_ingest.senders.sender import ROUTE, Accepted, SignatureError
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES
from tests.unit.ingest.deliveries import delivery, results_of
from tests.unit.ingest.salesforce_items import (
    LEAD,
    ORGANIZATION,
    PATH_SECRET,
    change,
    notification,
    raw,
    request,
    shipped_adapter,
    signed,
    soap,
)

ADAPTER = shipped_adapter()
A_LEAD = notification({"Id": LEAD, "Company": "ACME"})
LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">'
    b'<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>'
)
HOSTILE = {
    "billion laughs": soap(notification({"Id": LEAD}))
    .replace(b"?>", b"?>" + LAUGHS)
    .replace(b"ACME", b"&lol3;"),
    "external entity": soap(A_LEAD)
    .replace(b"?>", b'?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    .replace(b"ACME", b"&x;"),
    "parameter entity": soap(A_LEAD).replace(
        b"?>", b'?><!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x;]>'
    ),
    "external DTD": soap(A_LEAD).replace(b"?>", b'?><!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd">'),
    "empty DTD": soap(A_LEAD).replace(b"?>", b"?><!DOCTYPE a>"),
    "undefined entity": soap(A_LEAD).replace(b"ACME", b"&nbsp;"),
}
BROKEN = {
    "cut off": soap(A_LEAD)[:-20],
    "cut off before the end of a notification": soap(A_LEAD)[:-150],
    "not UTF-8": soap(A_LEAD).replace(b"ACME", b"\xff\xfe"),
    "undeclared prefix": soap(A_LEAD).replace(b"xmlns:sf=", b"xmlns:other="),
    "two messages": soap(A_LEAD).replace(b"</soapenv:Body>", b"<notifications/></soapenv:Body>"),
    "two organisations": soap(A_LEAD, session=f"<OrganizationId>{ORGANIZATION}</OrganizationId>"),
    "other root": soap(A_LEAD).replace(b"soapenv:Envelope", b"soapenv:Letter"),
    "something behind the end": soap(A_LEAD) + b"<a/>",
}


def verified(body: bytes, route: str = PATH_SECRET) -> bool:
    try:
        return not ADAPTER.verify(request(body, route))
    except SignatureError:
        return False


class TestWhoMayPost:
    def test_a_secret_path_with_an_allowed_organisation(self) -> None:
        assert verified(soap(A_LEAD))

    def test_the_route_is_a_secret_and_not_kept(self) -> None:
        assert ROUTE not in ADAPTER.verify(request(soap(A_LEAD)))

    @pytest.mark.parametrize("organization", ["00D000000000001", "00D000000000001EAA", " 00D000000000001 "])
    def test_both_forms_of_its_id(self, organization: str) -> None:
        assert verified(soap(A_LEAD, organization=organization))

    @pytest.mark.parametrize("organization", ["00D000000000002EAA", "", "00d000000000001", "00D00000000000"])
    def test_no_other_organisation(self, organization: str) -> None:
        assert not verified(soap(A_LEAD, organization=organization))

    @pytest.mark.parametrize("route", ["", "wrong", PATH_SECRET + "x", PATH_SECRET[:-1], "cdc"])
    def test_no_other_path(self, route: str) -> None:
        assert not verified(soap(A_LEAD), route)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"no XML",
            b"<a/>",
            b'{"OrganizationId": "<OrganizationId>00D000000000001</OrganizationId>"}',
            soap(A_LEAD).decode().encode("utf-16"),
            soap(A_LEAD, organization="&org;"),
        ],
    )
    def test_nobody_whose_organisation_cannot_be_read(self, body: bytes) -> None:
        assert not verified(body)

    def test_a_comment_does_not_speak_for_the_message(self) -> None:
        claim = f"<!-- <OrganizationId>{ORGANIZATION}</OrganizationId> -->".encode()
        body = soap(A_LEAD, organization="00D000000000002EAA").replace(
            b"<soapenv:Body>", b"<soapenv:Body>" + claim
        )
        assert not verified(body)
        assert organization_of(body[:-30] + claim) == "00D000000000002EAA"

    @pytest.mark.parametrize("way", [*HOSTILE, *BROKEN])
    def test_whoever_may_post_may_post_what_cannot_be_read(self, way: str) -> None:
        assert verified((HOSTILE | BROKEN)[way])
        other = (HOSTILE | BROKEN)[way].replace(ORGANIZATION.encode(), b"00D000000000002EAA")
        assert not verified(other)

    def test_a_relay_that_signs(self) -> None:
        body = raw(change("Lead", "DELETE"))
        headers = {name.encode(): text.encode() for name, text in signed(body).items()}
        assert ADAPTER.verify(request(body, "cdc", headers)) == {ROUTE: "cdc"}
        for wrong in (
            request(body + b" ", "cdc", headers),
            request(body, "cdc"),
            request(body, PATH_SECRET, headers),
            request(body, "cdc/x", headers),
        ):
            with pytest.raises(SignatureError):
                ADAPTER.verify(wrong)


def test_the_door_parses_a_message_once() -> None:
    body = soap(A_LEAD, session='<SessionId xsi:nil="true"/>')
    before = _read.cache_info().misses
    assert verified(body)
    assert ADAPTER.count(delivery(ADAPTER.redact(body))) == 1
    assert _read.cache_info().misses == before + 1


class TestWhatIsNoMessage:
    @pytest.mark.parametrize("way", HOSTILE)
    def test_dtd_and_entities_are_refused(self, way: str) -> None:
        (found,) = results_of(ADAPTER, HOSTILE[way])
        assert isinstance(found, Refused)
        assert (found.reason, found.raw) == (Reason.NOT_XML, HOSTILE[way])

    @pytest.mark.parametrize("way", BROKEN)
    def test_broken_xml_is_one_item_that_is_held_back(self, way: str) -> None:
        (found,) = results_of(ADAPTER, BROKEN[way])
        assert isinstance(found, Refused)
        assert (found.reason, found.raw) == (Reason.NOT_XML, BROKEN[way])

    @pytest.mark.parametrize("depth", [10, 100_000])
    def test_depth_is_bounded(self, depth: int) -> None:
        (found,) = results_of(ADAPTER, soap("<a>" * depth + "</a>" * depth))
        assert isinstance(found, Refused)
        expected = Reason.TOO_DEEP if depth == 10 else Reason.TOO_LARGE
        assert found.reason is expected

    def test_a_declared_encoding_is_not_believed(self) -> None:
        body = soap(A_LEAD).replace(b"UTF-8", b"cp037")
        (found,) = results_of(ADAPTER, body)
        assert isinstance(found, Mapped)

    def test_the_detail_names_place_and_rule_and_nobody(self) -> None:
        (found,) = results_of(ADAPTER, soap(notification({"Id": LEAD, "LastName": "Leeson"}))[:-80])
        assert isinstance(found, Refused)
        assert "line 2" in found.detail
        assert "Leeson" not in found.detail


class TestItems:
    def test_each_notification_is_an_item_of_its_own_bytes(self) -> None:
        second = notification({"Id": LEAD, "Company": "Ünïcode & Söhne"}, id_="04l000000000002")
        given = delivery(soap(A_LEAD, "\n <!-- > -->", second, "<Notification />"))
        assert [item.raw.decode() for item in ADAPTER.split(given)] == [A_LEAD, second, "<Notification />"]

    def test_a_byte_order_mark_moves_nothing(self) -> None:
        given = delivery(b"\xef\xbb\xbf" + soap(A_LEAD))
        assert [item.raw.decode() for item in ADAPTER.split(given)] == [A_LEAD]

    def test_a_hundred_notifications_are_a_hundred_items(self) -> None:
        body = soap(*(notification({"Id": LEAD, "Company": "A"}, id_=f"04l{n:012}") for n in range(100)))
        found = results_of(ADAPTER, body)
        assert len({one.identity.key for one in found if isinstance(one, Mapped)}) == 100

    def test_a_bad_notification_leaves_its_neighbours(self) -> None:
        found = results_of(ADAPTER, soap("<Notification/>", A_LEAD, A_LEAD.replace("sf:Lead", "")))
        assert [type(one) for one in found] == [Refused, Mapped, Refused]

    def test_a_notification_larger_than_a_record_is_held_back(self) -> None:
        (found,) = results_of(ADAPTER, soap(notification({"Id": LEAD, "Company": "x" * MAX_ITEM_BYTES})))
        assert isinstance(found, Refused)
        assert found.reason is Reason.TOO_LARGE


class TestAnswers:
    def test_a_message_is_acknowledged(self) -> None:
        answer = ADAPTER.accepted(Accepted(UUID(int=7), 1))
        assert (answer.status, answer.content_type.split(b";")[0]) == (200, b"text/xml")
        assert b"<Ack>true</Ack>" in answer.body

    def test_a_relay_gets_202(self) -> None:
        assert ADAPTER.accepted(Accepted(UUID(int=7), 1, route="cdc")).status == 202

    def test_what_is_not_durable_is_not_acknowledged(self) -> None:
        answer = ADAPTER.not_durable()
        assert b"<Ack>false</Ack>" in answer.body
        assert answer.status == 503
        assert b"retry-after" in dict(answer.headers)
