"""What a write key that stands in every page may not do: join two people, or have anybody erased."""

from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import ItemResult, Refused
from tests.unit.ingest import deliveries
from tests.unit.ingest.segment_messages import api_adapter, capture, message, raw

GENERATED = "0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"


def result_of(value: object, *, trusted: bool = False) -> ItemResult:
    (result,) = deliveries.results_of(api_adapter(trusted=trusted), raw(value), route="batch")
    return result


def absorbed(value: object, *, trusted: bool = False) -> list[str]:
    """The subjects that the message claims to be its own."""
    drafts = deliveries.told(result_of(value, trusted=trusted))
    return [one for kind, _, data in drafts if kind == "lead.merged" for one in data["absorbed"]]


@pytest.mark.parametrize(
    "value",
    [
        message("delete"),
        message("delete", anonymousId="a1"),
        capture("$create_alias", {"alias": "stranger@example.com"}),
        capture("$merge_dangerously", {"alias": "u2"}),
    ],
)
def test_is_held_with_what_to_do(value: dict[str, Any]) -> None:
    result = result_of(value)
    assert isinstance(result, Refused)
    assert result.reason is Reason.NOT_ENTITLED
    assert deliveries.told(result_of(value, trusted=True))


def test_an_alias_joins_the_visitor_but_no_user() -> None:
    assert absorbed(message("alias", previousId="victim")) == ["website anonymous/victim"]
    assert absorbed(message("alias", previousId="v"), trusted=True) == [
        "website anonymous/v",
        "website user/v",
    ]


def test_a_visitor_may_say_who_he_is() -> None:
    assert absorbed(message("identify", anonymousId="a1")) == ["website anonymous/a1"]
    told = capture("$identify", {"$anon_distinct_id": GENERATED})
    assert absorbed(told) == [f"website person/{GENERATED}"]


def test_of_an_identification_the_rest_is_taken_without_the_stranger() -> None:
    value = capture("$identify", {"$anon_distinct_id": "victim", "$set": {"email": "a@b.de"}})
    assert absorbed(value) == []
    assert [kind for kind, _, _ in deliveries.told(result_of(value))] == ["lead.captured"]


def test_a_key_that_is_a_common_word_is_blanked_as_a_key_alone() -> None:
    body = b'{"writeKey" : "demo","batch":[{"properties":{"plan":"demo","token":"demo"},"name":"demo"}]}'
    blank = b'"[write key]"'
    assert api_adapter("demo").redact(body) == (
        b'{"writeKey" : '
        + blank
        + b',"batch":[{"properties":{"plan":"demo","token":'
        + blank
        + b'},"name":"demo"}]}'
    )
