"""A lead's score and outcome out of its history, by the folds of the services that derive them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import kept_views, render_deal
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import absorbed_lead, render_lead
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
        self._score = ScoreFold(definitions, days)
        self._lead = LeadFold(days)
        self._deal = DealFold(days)

    def lead(self, known: History, moment: int) -> KnownLead:
        """The snapshots that the services would hold at a moment (µs), had they been told of nothing else."""
        score = self.score(known, moment)
        deals = self._deals(known)
        views = _views(known, deals)
        outcome = self._outcome(known, views, score)
        linked = {view.deal_id for view in views if view.linked}
        return KnownLead(score, outcome, tuple([deal for deal, _ in deals if deal.deal_id in linked]))

    def outcome(self, known: History) -> LeadOutcome | None:
        """The outcome alone, without what the score says."""
        return self._outcome(known, _views(known, self._deals(known)), None)

    def reads(self, told: Told) -> bool:
        """Whether an event can change what a lead contributes."""
        return self._lead.reads(told.outcome) or self._deal.reads(told.outcome)

    def cause_of(self, told: Told) -> Cause:
        """Why an event may change numbers of days before the one on which it was recorded."""
        return cause_of(told.outcome, self._days.number(told.recorded), self._days)

    def score(self, known: History, moment: int, at: int | None = None) -> LeadScore | None:
        """The score at the last midnight by a moment (µs); with `at`, of what happened until then."""
        if (moved_to := known.redirect()) is not None:
            return self._score.absorbed(lead_id=str(known.lead), redirect_to=str(moved_to))
        facts = [told.score for told in known.own() if told.score is not None]
        if not _any_known(facts):
            return None
        if at is not None:
            # A correction is knowledge: whenever it was told, what it speaks of never happened.
            facts = [fact for fact in facts if fact.at <= at or fact.code == Code.EVENT_CORRECTED]
        state, _ = refold(self._score, facts)
        if at is not None:
            self._score.judge_at(state, at)
        else:
            state, _ = self._score.judged(state, moment)
        return self._score.render(state, lead_id=str(known.lead))

    def _deals(self, known: History) -> list[tuple[DealOutcome, dict[str, DealView]]]:
        homes = known.bindings.homes()
        found = []
        for deal, told in known.deals().items():
            facts = [one.outcome for one in told]
            if _any_known(facts):
                state, _ = refold(self._deal, facts)
                outcome = render_deal(state, deal_id=str(deal), definition=self.definition, homes=homes)
                found.append((outcome, kept_views(outcome, state, homes)))
        return found

    def _outcome(
        self, known: History, views: Sequence[DealView], score: LeadScore | None
    ) -> LeadOutcome | None:
        lead_id = str(known.lead)
        if (moved_to := known.redirect()) is not None:
            return absorbed_lead(lead_id=lead_id, redirect_to=str(moved_to), definition=self.definition)
        facts = [told.outcome for told in known.own()]
        if not _any_known(facts) and not views:
            return None
        state, _ = refold(self._lead, facts)
        judged = None
        if score is not None:
            judged = QualificationView(score.band if score.at else None, score.qualifications)
        return render_lead(
            state, lead_id=lead_id, deals=views, qualification=judged, definition=self.definition
        )


def _views(known: History, deals: Iterable[tuple[DealOutcome, dict[str, DealView]]]) -> list[DealView]:
    lead_id = str(known.lead)
    return [kept[lead_id] for _, kept in deals if lead_id in kept]


def _any_known(facts: Iterable[Fact]) -> bool:
    return any(fact.code != Code.UNKNOWN for fact in facts)
