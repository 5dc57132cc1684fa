"""Every conservation check and its difference."""

from typing import Any

from pydantic import Field

from leadtrace_api.schemas import Answer, Money, Stamped


class SenderItems(Answer):
    """Equation 1, of one sender: each accepted item has exactly one outcome."""

    sender: str
    accepted: int
    published: int
    duplicate: int
    ignored: int
    suppressed: int
    quarantined: int
    discarded: int
    pending: int
    oldest_pending_age_s: float | None
    difference: int = Field(description="accepted less the sum of the outcomes; not 0 is an alert.")


class EventCounts(Answer):
    """Equation 2, of one hop: each event for it, by id, has exactly one fate at its reader."""

    hop: str
    published: int
    lapsed: int = Field(description="Those of the published that ingest keeps no longer (retention).")
    applied: int
    stuck: int = Field(description="In the sets of leads or deals that do not fold.")
    ignored: int = Field(description="Of types that the reader does not know yet.")
    dead_lettered: int
    pending: int = Field(description="Not with the reader yet.")
    unconfirmed: int = Field(description="Those of the pending that the broker has not confirmed yet.")
    oldest_pending_age_s: float | None
    difference: int = Field(description="published less the sum of the fates; not 0 is an alert.")


class UnexpectedEvents(Answer):
    """Events in a reader's sets that ingest does not hold."""

    reader: str
    unexpected: int


class SnapshotCounts(Answer):
    """One hop of snapshots, by revision."""

    hop: str
    held: int = Field(description="Rows that the owner has a revision of.")
    missing: int = Field(description="Those of which the reader has a lower revision or none.")
    oldest_missing_age_s: float | None


class MoneyCounts(Answer):
    """One currency: won deals are worth what their leads share, and what is unlinked."""

    currency: str
    won: Money
    shared: Money
    unlinked: Money
    difference: Money
    leads_hold: Money = Field(description="The shares as the leads' own snapshots and the rollups hold them.")
    leads_difference: Money = Field(description="shared less leads_hold; counts once no snapshot is missing.")
    rollups_difference: Money = Field(description="leads_hold less the funnel's total revenue.")


class KnownCounts(Answer):
    """One rollup: what became known on all days together is what is known now."""

    rollup: str
    difference: int = Field(description="Cells in which it is not; not 0 is an alert.")


class CustodyCounts(Answer):
    """The books of custody: every lead in exactly one pair of hands, both sides of each move posted."""

    captured: int = Field(description="Captured leads, by their own rows.")
    without_hands: int = Field(
        description="Of these, those whose outcome is older than custody: `leadtrace rebuild attribution`."
    )
    held: int = Field(description="Leads in somebody's hands, by the ledger.")
    imbalance: int = Field(description="The sum over all accounts; not 0 is an alert.")
    difference: int = Field(description="captured less without_hands and held; not 0 is an alert.")


class SpendCounts(Answer):
    """What was spent in one currency: each posting is replaced, void by a correction, or counted by days."""

    currency: str
    posted: Money = Field(description="All rows of all postings, each rounded to its currency's minor unit.")
    replaced: Money = Field(description="Of postings whose scope a later one holds.")
    void: Money = Field(description="Of postings that were corrected.")
    counted: Money = Field(description="All days of all others.")
    difference: Money = Field(description="posted less replaced, void and counted; not 0 is an alert.")


class HeldItems(Answer):
    """Items of one sender in quarantine."""

    sender: str
    items: int
    oldest_age_s: float = Field(description="Since the oldest of them was first seen.")


class WaitingLetters(Answer):
    """Records of one topic that one reader could not decode, and that nobody settled yet."""

    reader: str
    topic: str
    letters: int
    oldest_age_s: float


class CreditedDeals(Answer):
    """Won deals as the api holds them, against those that a model divided among their touches."""

    model: str
    won: str = Field(examples=["412.000000"])
    credited: str
    difference: str


class CreditedMoney(Answer):
    """What won deals brought as the api holds it, against what a model divided of it."""

    model: str
    won: Money
    credited: Money
    difference: Money


class CreditCounts(Answer):
    """Attribution: every model divides each won deal, and all that it brought, and nothing else."""

    deals: tuple[CreditedDeals, ...]
    money: tuple[CreditedMoney, ...]
    pending: int = Field(description="Deals and leads whose credits wait to be made.")
    oldest_pending_age_s: float | None
    difference: int = Field(
        description="How many of these sums differ, once nothing is pending or missing; not 0 is an alert."
    )


class WebhookCounts(Answer):
    """What others are told: each notification has one outcome with each subscription that wants it."""

    matched: int = Field(description="Pairs of a notification and a subscription that wants it.")
    delivered: int
    pending: int = Field(description="To be tried for the first time, or again.")
    dead: int = Field(description="Given up, until somebody retries them.")
    unrouted: int = Field(description="Notifications that are not handed to the subscriptions yet.")
    oldest_pending_age_s: float | None
    difference: int = Field(description="matched less the sum of the outcomes; not 0 is an alert.")


class Conservation(Stamped):
    """The answer of `GET /v1/audit/conservation`."""

    balanced: bool = Field(description="Whether nothing is lost, doubled or made up; pending things may be.")
    difference: int = Field(description="The sum of all differences of counts, without their signs.")
    pending: int = Field(description="Items, events and snapshots on their way.")
    items: tuple[SenderItems, ...]
    events: tuple[EventCounts, ...]
    unexpected: tuple[UnexpectedEvents, ...]
    snapshots: tuple[SnapshotCounts, ...]
    money: tuple[MoneyCounts, ...]
    credits: CreditCounts
    known: tuple[KnownCounts, ...]
    custody: CustodyCounts
    spend: tuple[SpendCounts, ...]
    quarantine: tuple[HeldItems, ...] = Field(description="Until somebody retries or discards them.")
    dead_letters: tuple[WaitingLetters, ...] = Field(description="Until somebody replays or drops them.")
    webhooks: WebhookCounts


_ZERO = {"amount": "0.00", "currency": "EUR"}
_WON = {"amount": "48250.00", "currency": "EUR"}
EXAMPLE: dict[str, Any] = {
    "snapshot_at": "2026-04-01T08:14:05.120000Z",
    "definition_version": 1,
    "balanced": True,
    "difference": 0,
    "pending": 0,
    "items": [
        {
            "sender": "hubspot",
            "accepted": 27308,
            "published": 27308,
            "duplicate": 0,
            "ignored": 0,
            "suppressed": 0,
            "quarantined": 0,
            "discarded": 0,
            "pending": 0,
            "oldest_pending_age_s": None,
            "difference": 0,
        }
    ],
    "events": [
        {
            "hop": "lead-events to scoring",
            "published": 23939,
            "lapsed": 0,
            "applied": 23939,
            "stuck": 0,
            "ignored": 0,
            "dead_lettered": 0,
            "pending": 0,
            "unconfirmed": 0,
            "oldest_pending_age_s": None,
            "difference": 0,
        }
    ],
    "unexpected": [{"reader": "scoring", "unexpected": 0}],
    "snapshots": [{"hop": "lead-scores to api", "held": 8000, "missing": 0, "oldest_missing_age_s": None}],
    "credits": {
        "deals": [
            {"model": "linear", "won": "21.000000", "credited": "21.000000", "difference": "0.000000"},
        ],
        "money": [{"model": "linear", "won": _WON, "credited": _WON, "difference": _ZERO}],
        "pending": 0,
        "oldest_pending_age_s": None,
        "difference": 0,
    },
    "known": [{"rollup": "funnel", "difference": 0}, {"rollup": "revenue", "difference": 0}],
    "custody": {"captured": 1000, "without_hands": 0, "held": 1000, "imbalance": 0, "difference": 0},
    "spend": [
        {
            "currency": "EUR",
            "posted": {"amount": "61240.10", "currency": "EUR"},
            "replaced": {"amount": "12990.10", "currency": "EUR"},
            "void": _ZERO,
            "counted": _WON,
            "difference": _ZERO,
        }
    ],
    "quarantine": [],
    "dead_letters": [],
    "webhooks": {
        "matched": 412,
        "delivered": 410,
        "pending": 2,
        "dead": 0,
        "unrouted": 0,
        "oldest_pending_age_s": 4.2,
        "difference": 0,
    },
    "money": [
        {
            "currency": "EUR",
            "won": _WON,
            "shared": _WON,
            "unlinked": _ZERO,
            "difference": _ZERO,
            "leads_hold": _WON,
            "leads_difference": _ZERO,
            "rollups_difference": _ZERO,
        }
    ],
}
