"""From definitions to what is said of them: nothing is left out; what names no owner has the file's."""

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.model import (
    AccountRule,
    Definitions,
    Disqualifier,
    FitRule,
    Intent,
    Priorities,
    Scorecard,
    Signal,
    StageClauses,
    StageMeaning,
    Threshold,
)
from leadtrace.domain.definitions.said import (
    AccountSaid,
    AnswerSaid,
    BandSaid,
    ClauseSaid,
    ClockSaid,
    DefinitionsSaid,
    DisqualifierSaid,
    GradeSaid,
    GroupSaid,
    IntentSaid,
    RuleSaid,
    SignalSaid,
    StageSaid,
)
from leadtrace.domain.definitions.telling_attribution import tell_attribution, tell_costs
from leadtrace.domain.definitions.telling_handover import tell_handover
from leadtrace.domain.definitions.words import (
    account_words,
    clause_test,
    clause_words,
    contact_words,
    disqualifier_name,
    otherwise_words,
    points_words,
    property_words,
    signal_words,
    threshold_words,
    touch_words,
    unknown_words,
)


def tell(definitions: Definitions) -> DefinitionsSaid:
    """Everything that definitions which passed the lint say."""
    card, owner = definitions.scorecard, definitions.owner
    clauses = {row.stage: _clauses(row) for row in definitions.qualification}
    return DefinitionsSaid(
        id=definitions.id,
        version=definitions.version,
        hash=content_hash(definitions),
        owner=owner,
        stages=tuple(_stage(row, owner, clauses.get(row.stage, ())) for row in definitions.stages),
        fit=tuple(_rule(rule, owner) for rule in card.fit),
        disqualifiers=tuple(_disqualifier(row, owner) for row in card.disqualifiers),
        intent=_intent(card.intent, owner),
        account=None if card.account is None else _account(card.account, owner),
        bands=_bands(card, owner),
        grades=_grades(card, owner),
        clocks=_clocks(definitions.priorities, owner),
        handover=None if definitions.handover is None else tell_handover(definitions.handover, owner),
        attribution=tell_attribution(definitions.attribution, owner),
        costs=tell_costs(definitions.costs, owner),
    )


def clause_sentences(definitions: Definitions) -> dict[tuple[str, str], str]:
    """The words for each name that a verdict on a stage may give as failed, disqualifiers among them."""
    return {
        (row.stage.value, name): words
        for row in definitions.qualification
        for name, words in (
            *((clause.id, clause_words(clause)) for clause in row.clauses),
            *(
                (disqualifier_name(one), f"it is not so that {property_words(one.property, one)}")
                for one in definitions.scorecard.disqualifiers
            ),
        )
    }


def _clauses(row: StageClauses) -> tuple[ClauseSaid, ...]:
    return tuple(ClauseSaid(one.id, clause_words(one), *clause_test(one)) for one in row.clauses)


def _stage(row: StageMeaning, owner: str, clauses: tuple[ClauseSaid, ...]) -> StageSaid:
    return StageSaid(row.stage.value, row.means, row.owner or owner, clauses)


def _rule(rule: FitRule, owner: str) -> RuleSaid:
    cases = [
        AnswerSaid(property_words(rule.property, case), case.points, case.because) for case in rule.cases
    ]
    otherwise = AnswerSaid(otherwise_words(rule.property), rule.otherwise, "")
    unknown = AnswerSaid(unknown_words(rule.property), rule.unknown, "")
    return RuleSaid(rule.id, rule.property, rule.owner or owner, (*cases, otherwise, unknown))


def _disqualifier(row: Disqualifier, owner: str) -> DisqualifierSaid:
    words = property_words(row.property, row)
    return DisqualifierSaid(row.id, row.property, row.owner or owner, words, row.because)


def _intent(intent: Intent, owner: str) -> IntentSaid:
    groups = tuple(GroupSaid(group.id, group.cap) for group in intent.groups)
    signals = tuple(_signal(signal, intent, owner) for signal in intent.signals)
    return IntentSaid(intent.cap_per_day, groups, signals)


def _signal(signal: Signal, intent: Intent, owner: str) -> SignalSaid:
    return SignalSaid(
        id=signal.id,
        owner=signal.owner or owner,
        shown_by=touch_words(signal.match),
        words=signal_words(signal, intent.groups),
        because=signal.because,
        points=signal.points,
        half_life_days=signal.half_life_days,
        cap=signal.cap,
        group=signal.group,
        once_only=signal.once_only,
    )


def _account(rule: AccountRule, owner: str) -> AccountSaid:
    return AccountSaid(
        property=rule.property,
        owner=rule.owner or owner,
        words=account_words(rule),
        because=rule.because,
        people_at_least=rule.people_at_least,
        points_per_person=rule.points_per_person,
        half_life_days=rule.half_life_days,
        cap=rule.cap,
    )


def _bands(card: Scorecard, owner: str) -> tuple[BandSaid, ...]:
    bands, held = card.bands, card.bands.owner or owner

    def said(name: str, threshold: Threshold) -> BandSaid:
        words = f"{threshold_words(threshold)} of fit plus intent"
        return BandSaid(name, held, words, threshold.enter_at, threshold.leave_below)

    cold = BandSaid("cold", held, "below warm, and whoever is disqualified", None, None)
    return said("hot", bands.hot), said("warm", bands.warm), cold


def _grades(card: Scorecard, owner: str) -> tuple[GradeSaid, ...]:
    fit, intent, held = card.grades.fit, card.grades.intent, card.grades.owner or owner
    rows = (
        ("A", "fit", fit.a),
        ("B", "fit", fit.b),
        ("1", "intent", intent.one),
        ("2", "intent", intent.two),
    )
    said = [GradeSaid(one, held, f"{what} is at least {points_words(at)}", at) for one, what, at in rows]
    lowest = [GradeSaid(one, held, f"{what} is less", None) for one, what in (("C", "fit"), ("3", "intent"))]
    return (*said[:2], lowest[0], *said[2:], lowest[1])


def _clocks(priorities: Priorities, owner: str) -> tuple[ClockSaid, ...]:
    hours, held = priorities.contact_within_hours, priorities.owner or owner
    given = (("hot", hours.hot), ("warm", hours.warm))
    return tuple(ClockSaid(band, held, contact_words(one), one) for band, one in given if one is not None)
