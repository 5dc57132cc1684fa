"""What names a person in raw bytes is found in every form, and what does not is left alone."""

import pytest

from leadtrace.events.personal import Personal
from leadtrace_ingest.erasure.rewriting import found_in, items_of, rewritten
from leadtrace_ingest.erasure.search import Search, search_for
from leadtrace_ingest.identity.after_erasure import before_erasures, reborn
from leadtrace_ingest.identity.subject import Subject
from leadtrace_ingest.senders.sender import Delivery, Sender
from tests.unit.ingest.deliveries import delivery
from tests.unit.ingest.hubspot_items import contact_property, item, raw, shipped_adapter

ANN = Personal(
    email="Ann.Lee@Mailbox.example",
    phone="+49 157 700-123",
    first_name="Änn",
    last_name='O"Lee',
    other={"job_title": "Head of Sales", "fax": "030 1234567", "alias": "ann@b"},
)
CONTACT = Subject("hubspot/33", "contact", "50112345")
SHORT = Subject("hubspot/33", "contact", "501")


def search(*subjects: Subject) -> Search:
    return search_for(subjects or (CONTACT, SHORT), [ANN], ["hubspot"])


@pytest.mark.parametrize(
    "text",
    [
        '{"email":"ann.lee@mailbox.example"}',
        "id;ANN.LEE@MAILBOX.EXAMPLE;x",
        '{"x":"+49 157 700-123"}',
        '{"fax":"030 1234567"}',
        '{"alias":"ann@b"}',
        '{"name":"Änn","last":"O\\"Lee"}',
        '{"name":"\\u00c4nn O\\"Lee"}',
        '{"objectId":50112345}',
        '{"ids":["50112345"]}',
        '{"objectId": 501}',
        '{"contactId":"501"}',
        "<Id>501</Id>",
    ],
)
def test_what_names_the_person_is_found(text: str) -> None:
    assert search().is_in(text.encode(), "hubspot")


@pytest.mark.parametrize(
    "text",
    [
        '{"title":"Head of Sales"}',
        '{"name":"Änn"}',
        '{"last":"O\\"Lee"}',
        '{"objectId":150112345}',
        '{"objectId":5011}',
        '{"amount":501}',
        '{"attempt":501,"note":"501"}',
        "{}",
    ],
)
def test_what_does_not_is_left_alone(text: str) -> None:
    assert not search().is_in(text.encode(), "hubspot")


def test_an_id_counts_with_those_who_told_of_the_person_only() -> None:
    assert not search().is_in(b'{"objectId":50112345}', "another")
    assert search().is_in(b'{"email":"ann.lee@mailbox.example"}', "another")


def test_who_came_back_is_searched_by_the_name_that_the_sender_knows() -> None:
    again = reborn(CONTACT, 2)
    assert before_erasures(again) == (CONTACT, 2)
    assert search(again).ids == (("hubspot", "50112345"),)


HUBSPOT = Sender("hubspot", 50, b"https://hooks.example", shipped_adapter())
ITEMS = [
    item("contact.creation", eventId=1, objectId=9),
    contact_property("email", "ann.lee@mailbox.example", eventId=2, objectId=9),
    contact_property("city", "Bonn", eventId=3, objectId=10),
]


def raws_of(given: Delivery) -> list[bytes]:
    raws = items_of(given, HUBSPOT, 3)
    assert raws is not None
    return raws


class TestRewriting:
    def test_items_are_taken_out_and_the_others_stay_as_they_were(self) -> None:
        given = delivery(raw(ITEMS))
        before = raws_of(given)
        assert found_in(search(), given, "hubspot", before) == {1}
        body = rewritten(given, HUBSPOT, before, [1])
        assert body is not None
        after = raws_of(delivery(body))
        assert (after[0], after[2]) == (before[0], before[2])
        assert b"ann.lee" not in body
        assert not found_in(search(), delivery(body), "hubspot", after)

    def test_white_space_between_items_does_not_matter(self) -> None:
        body = b"[ %b ,\n %b,%b ]" % tuple(map(raw, ITEMS))
        rest = rewritten(delivery(body), HUBSPOT, raws_of(delivery(body)), [0, 1])
        assert rest is not None
        assert b"ann.lee" not in rest

    def test_a_name_that_no_item_bears_takes_all_of_it(self) -> None:
        given = delivery(raw(ITEMS[:1]), "", {"ce-subject": "ann.lee@mailbox.example"})
        assert found_in(search(), given, "hubspot", [raw(ITEMS[0])]) is True

    def test_what_nobody_can_divide_is_not_rewritten(self) -> None:
        given = delivery(raw(ITEMS))
        assert items_of(given, None, 3) is None
        assert items_of(given, HUBSPOT, 4) is None
        assert rewritten(given, HUBSPOT, [b"not of this body"] * 3, [1]) is None
