"""The rows of `api.judgements` that a view tells of; the frozen one is cut at the last activation."""

from sqlalchemy import DateTime, FromClause, Select, literal, or_, select, union_all

from leadtrace.events.times import from_micros
from leadtrace_api.knowledge.parameters import View
from leadtrace_api.projector.judgement import Told
from leadtrace_api.reading import Reading
from leadtrace_api.tables import JUDGEMENTS

_J = JUDGEMENTS.c


def judgements_in(now: Reading, view: View) -> FromClause:
    """All of the version in force, in the columns of the table.

    Frozen, what happened before its activation is told by the versions of that time; and at its activation
    stands what came to be verified by that alone.
    """
    restated = _told(Told.RESTATED, now)
    if view is View.RESTATED or not now.schedule.before or now.schedule.since is None:
        return restated.subquery()
    since = literal(from_micros(now.schedule.since), DateTime(timezone=True))
    columns = [since.label("at") if column is _J.at else column for column in _J]
    takeover = select(*columns).where(
        _J.definition_version == now.version,
        _J.told == Told.TAKEOVER.value,
        _J.at <= since,
        or_(_J.until.is_(None), _J.until >= since),
    )
    return union_all(
        # What came to hold at that very moment is the takeover's to tell: it may have held before it.
        restated.where(_J.at >= since, or_(_J.claimed, _J.at > since)),
        _told(Told.FROZEN, now).where(_J.at < since),
        takeover,
    ).subquery()


def _told(told: Told, now: Reading) -> Select[tuple[object, ...]]:
    return select(*_J).where(_J.definition_version == now.version, _J.told == told.value)
