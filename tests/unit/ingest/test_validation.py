"""Validation before the answer: what is refused, what is stored, what the sender hears of each item."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
import pytest

from leadtrace.events.lead import LeadDeleted
from leadtrace.testing.vault import wrapper_of
from leadtrace_ingest.door.idempotency import IdempotencyKeys
from leadtrace_ingest.door.intake import IntakeEntry, NotDurableError
from leadtrace_ingest.door.refusal import RefusedRequestError
from leadtrace_ingest.door.validation import require_something_valid, results_of
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, Subject
from leadtrace_ingest.senders.identity import identity_of
from leadtrace_ingest.senders.item import Ignored, Item, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.sender import Accepted, Delivery, Sender
from leadtrace_ingest.senders.webhook import WebhookAdapter
from tests.unit.ingest.deliveries import RECEIVED_AT, delivery

INTAKE_ID = UUID(int=7)
REASONS = {reason.value: reason for reason in Reason}


class WordsAdapter(WebhookAdapter):
    """One item a line: `good`, `dull`, the name of a reason, or `broken`, on which it fails."""

    validates = True

    def split(self, delivery: Delivery) -> list[Item]:
        return [Item(line) for line in delivery.body.splitlines()]

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        word = item.raw.decode()
        identity = identity_of("words", word)
        match word:
            case "good":
                drafts = Drafting(delivery.received_at)
                told = drafts.event(Subject("contact", "1"), LeadDeleted())
                more = drafts.event(Subject("contact", "1"), LeadDeleted(), ":2")
                return Mapped(identity, "words", (told, more), event_id="e-1")
            case "dull":
                return Ignored(identity, Reason.NOTHING_KEPT)
            case "broken":
                raise ZeroDivisionError
            case _:
                return Refused(identity, REASONS[word], f"{word} it is", item.raw, "data.stage", "Mend it.")


def sender() -> Sender:
    return Sender("words", 50, b"https://hooks.example", WordsAdapter("words", "words@1"))


def results(*words: str) -> Sequence[ItemResult]:
    results = results_of(sender(), delivery("\n".join(words).encode()), INTAKE_ID)
    require_something_valid(results)
    return results


def refusal(*words: str) -> dict[str, object]:
    with pytest.raises(RefusedRequestError) as caught:
        results(*words)
    told: dict[str, object] = msgspec.json.decode(bytes(caught.value.response.body))
    assert told["status"] == caught.value.response.status_code
    return told


def test_a_partly_valid_delivery_is_stored_and_names_each_bad_item() -> None:
    found = results("good", "invalid_item", "dull")
    answer = sender().adapter.accepted(Accepted(INTAKE_ID, 3, found))
    assert answer.status == 202
    assert msgspec.json.decode(answer.body) == {
        "intake_id": str(INTAKE_ID),
        "accepted": 3,
        "quarantined": 1,
        "items": [
            {"item": 0, "outcome": "accepted", "source": "words", "ids": ["e-1", "e-1:2"]},
            {
                "item": 1,
                "outcome": "quarantined",
                "reason": "invalid_item",
                "field": "data.stage",
                "detail": "invalid_item it is",
                "remedy": "Mend it.",
            },
            {
                "item": 2,
                "outcome": "ignored",
                "reason": "nothing_kept",
                "detail": "The item tells nothing that is kept.",
            },
        ],
    }


def test_what_is_merely_ignored_is_no_reason_to_refuse() -> None:
    assert [type(one) for one in results("dull", "bad_time")] == [Ignored, Refused]


def test_an_empty_delivery_is_fine() -> None:
    assert results() == []


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("invalid_item",), 422, "invalid_item"),
        (("invalid_item", "bad_time"), 422, "invalid_items"),
        (("not_json",), 400, "not_json"),
        (("malformed_header",), 400, "malformed_header"),
        (("unsupported_media_type",), 415, "unsupported_media_type"),
        (("too_large", "too_large"), 413, "too_large"),
        (("too_large", "bad_time"), 422, "invalid_items"),
        (("too_deep",), 422, "too_deep"),
    ],
)
def test_a_delivery_of_which_nothing_is_valid_is_refused(
    words: Sequence[str], status: int, code: str
) -> None:
    told = refusal(*words)
    assert (told["status"], told["type"]) == (status, f"urn:leadtrace:problem:{code}")
    assert (told["parameter"], told["remedy"]) == ("data.stage", "Mend it.")
    assert f"{words[0]} it is" in str(told["detail"])
    items = told["items"]
    assert isinstance(items, list)
    assert [(one["item"], one["reason"]) for one in items] == list(enumerate(words))
    assert {one["outcome"] for one in items} == {"refused"}


@pytest.mark.logs_internal_errors
def test_an_item_on_which_the_adapter_fails_costs_no_neighbour() -> None:
    failed = results("good", "broken")[1]
    assert isinstance(failed, Refused)
    assert results("broken") == [failed]  # not the sender's fault: kept, and retried once it is mended
    assert (failed.reason, failed.detail) == (Reason.ADAPTER_ERROR, "ZeroDivisionError")


def test_the_door_says_what_the_relay_will_make_of_it() -> None:
    given = delivery(b"good\nbad_time")
    items = sender().adapter.split(given)
    assert results("good", "bad_time") == [sender().adapter.map_item(item, given) for item in items]
    assert given.received_at == RECEIVED_AT


async def test_a_door_without_its_database_does_not_guess_about_keys() -> None:
    entry = IntakeEntry(INTAKE_ID, "words", RECEIVED_AT, 1, "{}", b"good", "a-key")
    with pytest.raises(NotDurableError):
        await IdempotencyKeys(lambda: None, wrapper_of()).first(
            entry, delivery(b"good"), sender().adapter, within_s=1.0
        )
