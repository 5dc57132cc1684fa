"""Looks at leads as they were known at their moments: features, and what the rules said then.

A lead counts only if something of it had been recorded by its moment. Of imported history nothing was, so
that it teaches nothing, unless the configuration says that it had been known all along.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.predict.dataset import Looked
from leadtrace.domain.predict.features import Plan, features_at, known_facts
from leadtrace.domain.predict.outcome import outcome_by
from leadtrace.domain.scoring.extract import extract
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.segments import unpack
from leadtrace.runtime.arrivals import revived
from leadtrace.store.connection import Connection
from leadtrace_scoring.prediction.outcomes import Candidate

# What an import tells of a lead comes within hours; what comes later was not part of its history.
_IMPORT_US: Final = DAY_US
_FACTS: Final = "select lead_id, facts from scoring.leads where lead_id = any($1::uuid[])"


class Looker:
    """Looks at candidates by one plan and one set of rules."""

    def __init__(self, rules: ScoreFold, plan: Plan, *, horizon_days: int, imported_history: bool) -> None:
        self._rules = rules
        self._plan = plan
        self._horizon_us = horizon_days * DAY_US
        self._imported_history = imported_history

    async def facts(self, connection: Connection, leads: Sequence[Candidate]) -> dict[UUID, bytes]:
        """The sets of leads as they are kept."""
        rows = await connection.fetch(_FACTS, [one.lead_id for one in leads])
        return {row[0]: row[1] for row in rows}

    def look(self, lead: Candidate, stored: bytes, *, observed_until: int) -> Looked | None:
        """The lead at its moment; None if nobody knew of it then."""
        facts = revived(unpack(stored), extract)
        as_of = self._as_of(lead, facts)
        known = known_facts(facts, at=lead.at, as_of=as_of)
        if not known:
            return None
        name = str(lead.lead_id)
        decided = outcome_by(
            lead.ending, at=lead.at, horizon_us=self._horizon_us, observed_until=observed_until
        )
        if decided is None:
            return Looked(name, lead.at, lead.ending)
        features = features_at(facts, self._plan, at=lead.at, as_of=as_of)
        return Looked(name, lead.at, lead.ending, features, self._points(known, lead.at))

    def _as_of(self, lead: Candidate, facts: Sequence[Fact]) -> int:
        """The state of knowledge in which a lead is looked at: that of its moment."""
        first = min((fact.recorded or fact.at for fact in facts), default=lead.at)
        if self._imported_history and first > lead.at:
            return first + _IMPORT_US
        return lead.at

    def _points(self, known: Sequence[Fact], at: int) -> int:
        """What the scorecard said then, in thousandths of a point."""
        state, _ = refold(self._rules, known)
        self._rules.stand_at(state, at)
        return state.fit + state.intent
