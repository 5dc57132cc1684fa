"""A lead's score and outcome out of its history, by the folds of the services that derive them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import kept_views, render_deal
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import render_lead
from leadtrace.domain.attribution.recorded import Cause, cause_of
from leadtrace.domain.attribution.views import DealView, QualificationView
from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.events.catalogue import Code
from leadtrace.events.snapshots import DealOutcome, LeadOutcome, LeadScore
from leadtrace_api.knowledge.history import History, Told


@dataclass(frozen=True, slots=True)
class KnownLead:
    """What was known of a lead; None where nothing was that its reader knows."""

    score: LeadScore | None
    outcome: LeadOutcome | None
    deals: tuple[DealOutcome, ...]


class Folds:
    """The folds by one version of the definitions, and by the days of one time zone."""

    def __init__(self, definitions: Definitions, days: Days = UTC_DAYS) -> None:
        self.definition = reference_to(definitions)
        self._days = days
        self._score = ScoreFold(definitions)
        self._lead = LeadFold(days)
        self._deal = DealFold(days)

    def lead(self, lead_id: UUID, known: History) -> KnownLead:
        """The snapshots that the services would hold, had they been told of nothing else."""
        score = self.score(lead_id, known)
        deals = [self._deal_of(deal, told) for deal, told in known.deals.items() if _readable(told)]
        views = [view for _, kept in deals if (view := kept.get(str(lead_id))) is not None]
        outcome = self._outcome(lead_id, known, views, score)
        linked = {view.deal_id for view in views if view.linked}
        return KnownLead(score, outcome, tuple([deal for deal, _ in deals if deal.deal_id in linked]))

    def outcome(self, lead_id: UUID, known: History) -> LeadOutcome | None:
        """The outcome alone, without what the score says."""
        deals = [self._deal_of(deal, told) for deal, told in known.deals.items() if _readable(told)]
        views = [view for _, kept in deals if (view := kept.get(str(lead_id))) is not None]
        return self._outcome(lead_id, known, views, None)

    def cause_of(self, told: Told) -> Cause:
        """Why an event may change numbers of days before the one on which it was recorded."""
        return cause_of(told.outcome, self._days.number(told.recorded), self._days)

    def score(self, lead_id: UUID, known: History, at: int | None = None) -> LeadScore | None:
        """The score at its latest event; with `at` (µs), of what had happened by then and judged then."""
        facts = [told.score for told in known.own if told.score is not None]
        if not _any_known(facts):
            return None
        if at is not None:
            facts = [fact for fact in facts if fact.at <= at]
        state, _ = refold(self._score, facts)
        if at is not None:
            self._score.judge_at(state, at)
        return self._score.render(state, lead_id=str(lead_id))

    def _deal_of(self, deal_id: UUID, told: Iterable[Told]) -> tuple[DealOutcome, dict[str, DealView]]:
        state, _ = refold(self._deal, [one.outcome for one in told])
        outcome = render_deal(state, deal_id=str(deal_id), definition=self.definition)
        return outcome, kept_views(outcome, state)

    def _outcome(
        self, lead_id: UUID, known: History, views: list[DealView], score: LeadScore | None
    ) -> LeadOutcome | None:
        facts = [told.outcome for told in known.own]
        if not _any_known(facts) and not views:
            return None
        state, _ = refold(self._lead, facts)
        judged = QualificationView(score.band, score.qualifications) if score is not None else None
        return render_lead(
            state, lead_id=str(lead_id), deals=views, qualification=judged, definition=self.definition
        )


def _readable(told: Iterable[Told]) -> bool:
    return _any_known(one.outcome for one in told)


def _any_known(facts: Iterable[Fact]) -> bool:
    return any(fact.code != Code.UNKNOWN for fact in facts)
