"""Validation before the answer, for senders that are to hear what is wrong while they can still mend it.

A delivery of which nothing is valid is refused and not stored; a partly valid one is stored whole, and the
relay, which maps it again, brings its bad items to quarantine.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from leadtrace.runtime.problem import problem
from leadtrace_ingest.door.refusal import RefusedRequestError
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import ItemResult, Refused
from leadtrace_ingest.senders.report import item_reports
from leadtrace_ingest.senders.result import result_of
from leadtrace_ingest.senders.sender import Delivery, Sender

_INVALID = 422
# What is wrong with the request rather than with what it says.
_STATUS: Mapping[Reason, int] = {
    Reason.NOT_JSON: 400,
    Reason.MALFORMED_HEADER: 400,
    Reason.SCOPE_OVERLAP: 409,
    Reason.TOO_LARGE: 413,
    Reason.UNSUPPORTED_MEDIA_TYPE: 415,
}


def results_of(sender: Sender, delivery: Delivery, intake_id: UUID) -> list[ItemResult]:
    """What the relay will make of each item of the delivery."""
    name, adapter = str(intake_id), sender.adapter_for(delivery)
    return [
        result_of(sender, adapter, item, delivery, intake_id=name, number=number)
        for number, item in enumerate(adapter.split(delivery))
    ]


def require_something_valid(results: Sequence[ItemResult]) -> None:
    """Refuse a delivery that has items of which none is valid.

    Raises:
        RefusedRequestError: so it is.
    """
    # An item on which the adapter failed is not the sender's fault: it is kept, to be retried once mended.
    bad = [
        result
        for result in results
        if isinstance(result, Refused) and result.reason is not Reason.ADAPTER_ERROR
    ]
    if results and len(bad) == len(results):
        raise _nothing_valid(bad)


def _nothing_valid(bad: Sequence[Refused]) -> RefusedRequestError:
    first = bad[0]
    reasons = {result.reason for result in bad}
    status = _STATUS.get(first.reason, _INVALID) if len(reasons) == 1 else _INVALID
    detail = first.detail or first.reason.sentence
    if len(bad) > 1:
        detail = f"None of the {len(bad)} items is valid; the first: {detail}"
    # Nothing is stored, so nothing is in quarantine either.
    items = [{**said, "outcome": "refused"} for said in item_reports(bad)]
    code = first.reason.value if len(reasons) == 1 else "invalid_items"
    return RefusedRequestError(
        problem(
            status,
            code,
            detail,
            parameter=first.field or None,
            remedy=items[0]["remedy"],
            items=items,
        )
    )
