"""A lead's score and outcome out of its history, by the folds of the services that derive them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import Homes, former_view, kept_views, render_deal
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import absorbed_lead, render_lead
from leadtrace.domain.attribution.recorded import Cause, cause_of
from leadtrace.domain.attribution.views import DealView, QualificationView
from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.predict.features import Plan
from leadtrace.domain.rates import NO_RATES, Rates
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.frozen import frozen_verdicts
from leadtrace.domain.scoring.history_fold import HistoryFold
from leadtrace.events.catalogue import Code
from leadtrace.events.snapshots import DealOutcome, LeadOutcome, LeadScore
from leadtrace.runtime.handover_terms import terms_by
from leadtrace_api.knowledge.history import History, Told
from leadtrace_api.knowledge.speaking import Speaks


@dataclass(frozen=True, slots=True)
class KnownLead:
    """What was known of a lead; None where nothing was that its reader knows."""

    score: LeadScore | None
    outcome: LeadOutcome | None
    deals: tuple[DealOutcome, ...]


class Folds:
    """The folds by one schedule of definitions, and by the days of one time zone."""

    def __init__(self, schedule: Schedule, days: Days = UTC_DAYS, rates: Rates = NO_RATES) -> None:
        self.definition = reference_to(schedule.current)
        self._schedule = schedule
        self._days = days
        self._rates = rates
        self._score = HistoryFold(schedule, days)
        # Plans are what configurations named over the years: a handful.
        self._by_plan: dict[Plan, HistoryFold] = {}
        self._terms = terms_by(schedule)
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

    def outcome(self, known: History, moment: int) -> LeadOutcome | None:
        """The outcome alone, as attribution would hold it at a moment (µs)."""
        return self._outcome(known, _views(known, self._deals(known)), self.score(known, moment))

    def reads(self, told: Told) -> bool:
        """Whether an event can change what a lead contributes."""
        return self._lead.reads(told.outcome) or self._deal.reads(told.outcome)

    def cause_of(self, told: Told) -> Cause:
        """Why an event may change numbers of days before the one on which it was recorded."""
        return cause_of(told.outcome, self._days.number(told.recorded), self._days)

    def score(self, known: History, moment: int, speaks: Speaks | None = None) -> LeadScore | None:
        """The score at the last midnight by a moment (µs); `speaks` is the model that predicts."""
        facts = _scored(known)
        if facts is None or known.redirect() is not None:
            return self._absorbed(known)
        fold = self._score if speaks is None else self._predicting(speaks.plan)
        state, _ = fold.judged(refold(fold, facts)[0], moment)
        return fold.render(state, lead_id=str(known.lead), model=speaks.teller if speaks else None)

    def _predicting(self, plan: Plan) -> HistoryFold:
        """The same fold, which remembers what models of a plan are asked by."""
        fold = self._by_plan.get(plan)
        if fold is None:
            fold = self._by_plan[plan] = HistoryFold(self._schedule, self._days, plan)
        return fold

    def score_at(
        self, known: History, at: int, *, frozen: bool = False, speaks: Speaks | None = None
    ) -> LeadScore | None:
        """The score at a moment (µs) in the world, of what had happened by then.

        It is by the current definitions, the frozen one by those that were in force at that moment.
        """
        facts = _scored(known)
        if facts is None or known.redirect() is not None:
            return self._absorbed(known)
        definitions = self._schedule.in_force_at(at) if frozen else self._schedule.current
        fold = ScoreFold(definitions, self._days, speaks.plan if speaks else None)
        # A correction is knowledge: whenever it was told, what it speaks of never happened.
        happened = [fact for fact in facts if fact.at <= at or fact.code == Code.EVENT_CORRECTED]
        state, _ = refold(fold, happened)
        fold.stand_at(state, at)
        return fold.render(state, lead_id=str(known.lead), model=speaks.teller if speaks else None)

    def _absorbed(self, known: History) -> LeadScore | None:
        """The score of a lead that is another one now; None of one of which nothing is known."""
        moved_to = known.redirect()
        if moved_to is None:
            return None
        return self._score.absorbed(lead_id=str(known.lead), redirect_to=str(moved_to))

    def _deals(self, known: History) -> list[tuple[DealOutcome, dict[str, DealView]]]:
        homes = known.bindings.homes()
        found = []
        for deal, told in known.deals().items():
            facts = [one.outcome for one in told]
            if _any_known(facts):
                state, _ = refold(self._deal, facts)
                outcome = render_deal(
                    state, deal_id=str(deal), definition=self.definition, homes=homes, rates=self._rates
                )
                # A link that was corrected is in no state any more, and still is of the lead's past.
                former = dict.fromkeys(_ever_linked(facts, homes), former_view(str(deal), state))
                found.append((outcome, {**former, **kept_views(outcome, state, homes)}))
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
            band, frozen = score.band if score.at else None, frozen_verdicts(score.frozen)
            judged = QualificationView(band, score.qualifications, frozen)
        return render_lead(
            state,
            lead_id=lead_id,
            deals=views,
            qualification=judged,
            definition=self.definition,
            terms=self._terms,
        )


def _scored(known: History) -> list[Fact] | None:
    """What scoring reads of a lead; None if that is nothing that it knows."""
    facts = [told.score for told in known.own() if told.score is not None]
    return facts if _any_known(facts) else None


def _ever_linked(facts: Iterable[Fact], homes: Homes) -> Iterator[str]:
    """The leads that links of a deal ever named, as their records are bound now."""
    for fact in facts:
        if fact.code in (Code.DEAL_LINKED, Code.DEAL_UNLINKED):
            source, subject, lead, *_ = map(str, fact.values)
            yield homes[source, subject][0] if (source, subject) in homes else lead


def _views(known: History, deals: Iterable[tuple[DealOutcome, dict[str, DealView]]]) -> list[DealView]:
    lead_id = str(known.lead)
    return [kept[lead_id] for _, kept in deals if lead_id in kept]


def _any_known(facts: Iterable[Fact]) -> bool:
    return any(fact.code != Code.UNKNOWN for fact in facts)
