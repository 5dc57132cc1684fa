"""The session that Salesforce may put into a message is blanked, however it is written."""

import time

import pytest

from leadtrace_ingest.senders.salesforce.session import without_session
from tests.unit.ingest.salesforce_items import LEAD, change, cometd, notification, raw, soap

SECRET = "00D000000000001!AQ4AQFooSessionSecret"
WAYS = {
    "plain": f"<SessionId>{SECRET}</SessionId>",
    "prefix": f'<out:SessionId xmlns:out="http://soap.sforce.com/2005/09/outbound">{SECRET}</out:SessionId>',
    "space in tags": f"<SessionId\n >{SECRET}</SessionId\t>",
    "attribute with a bracket": f"<SessionId a='>'  b=\"/>\">{SECRET}</SessionId>",
    "secret attribute": f'<SessionId value="{SECRET}"/>',
    "CDATA": f"<SessionId><![CDATA[{SECRET}]]></SessionId>",
    "CDATA that pretends an end": f"<SessionId><![CDATA[</SessionId>]]>{SECRET}</SessionId>",
    "comment that pretends an end": f"<SessionId>x<!-- </SessionId> -->{SECRET}</SessionId>",
    "instruction that pretends an end": f"<SessionId>x<?a </SessionId> ?>{SECRET}</SessionId>",
    "one in another": f"<SessionId>a<SessionId>b</SessionId>{SECRET}</SessionId>",
    "elements inside": f"<SessionId><a>{SECRET}</a></SessionId>",
    "twice": f"<SessionId>{SECRET}</SessionId><SessionId>{SECRET}</SessionId>",
    "other case": f"<sessionid>{SECRET}</sessionid>",
    "nil that is not": f'<SessionId xsi:nil="true">{SECRET}</SessionId>',
    "never ended": f"<SessionId>{SECRET}",
    "tag never ended": f"<SessionId {SECRET}",
    "quote never ended": f'<SessionId a="{SECRET}',
    "ended by another": f"<SessionId>{SECRET}</Session>",
    "comment never ended inside": f"<SessionId>x<!-- {SECRET}",
    "after a comment never ended": f"<!-- <SessionId>{SECRET}</SessionId>",
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_the_session_is_left(way: str) -> None:
    body = soap(notification({"Id": LEAD, "Company": "ACME"}), session=WAYS[way])
    assert SECRET.encode() in body
    left = without_session(body)
    assert SECRET.encode() not in left
    assert b"OrganizationId" in left
    assert without_session(left) == left


def test_the_rest_stays_byte_for_byte() -> None:
    before = soap(notification({"Id": LEAD}), session="<!-- <SessionId> -->@<![CDATA[<SessionId>]]>")
    secret = f"<p:SessionId>{SECRET}</p:SessionId>".encode()
    assert without_session(before.replace(b"@", secret)) == before.replace(b"@", b"<SessionId/>")


def test_a_session_that_salesforce_calls_nil_leaves_the_body_the_one_that_came() -> None:
    body = soap(notification({"Id": LEAD}), session='<SessionId xsi:nil="true"/>')
    assert without_session(body) is body


@pytest.mark.parametrize(
    "session",
    ['<SessionId xsi:nil="1"/>', '<SessionId xsi:nil="true" />', "<SessionId/>", "<SessionId></SessionId>"],
)
def test_an_empty_session_does_no_harm(session: str) -> None:
    body = soap(notification({"Id": LEAD}), session=session)
    assert without_session(body) == body.replace(session.encode(), b"<SessionId/>")


def test_a_name_that_only_begins_or_ends_so_is_another() -> None:
    body = (
        b"<a><SessionIdentity>1</SessionIdentity><MySessionId>2</MySessionId><x-SessionId>3</x-SessionId></a>"
    )
    assert without_session(body) == body


def test_json_is_left_alone() -> None:
    body = raw(cometd(change("Lead", "UPDATE", {"Description": "<SessionId>no secret"})))
    assert without_session(body) == body


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<![CDATA[", b"<?", b"<SessionId>", b"<SessionId a='", b"</SessionId>", b"<a:", b'<"']
)
def test_the_time_grows_with_the_body_and_not_with_its_square(piece: bytes) -> None:
    body = b"<a>SessionId" + piece * (1_000_000 // len(piece))
    started = time.process_time()
    without_session(body)
    assert time.process_time() - started < 5
