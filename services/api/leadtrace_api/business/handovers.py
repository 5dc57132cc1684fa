"""Handovers: those that run and wait now, and how those of the last days were answered."""

from collections.abc import Sequence

from sqlalchemy import text

from leadtrace.events.custody import Answer
from leadtrace.runtime.families import Families
from leadtrace_api.business import metrics
from leadtrace_api.business.windows import Window
from leadtrace_api.reading import Reading

# What an absorbed lead was offered is told of the lead that took it in.
_NOT_ABSORBED = """not exists (
      select from api.leads l where l.lead_id = o.lead_id and l.definition_version = o.definition_version
        and l.redirect_to is not null
    )"""
# Whatever runs is in an index of its own. A clock that is void promises nothing.
_RUNNING = text(f"""
with running as (
  select o.*, o.answer = 'open' and not o.accept_void and o.accept_at is null as accepting,
         not o.contact_void and o.contact_at is null as contacting
  from api.offers o
  where o.definition_version = :version
    and (o.answer = 'open' or (o.answer = 'accepted' and o.ended_as is null))
    and {_NOT_ABSORBED}
)
select count(*) filter (where answer = 'open') as open,
       count(*) filter (where answer = 'accepted') as accepted,
       count(*) filter (where accepting and accept_due_at < now()) as accept_overdue,
       count(*) filter (where accepting and accept_risk_at < now() and accept_due_at >= now())
         as accept_at_risk,
       count(*) filter (where contacting and contact_due_at < now()) as contact_overdue,
       count(*) filter (where contacting and contact_risk_at < now() and contact_due_at >= now())
         as contact_at_risk,
       count(*) filter (where answer = 'accepted' and contact_at is null and contact_due_at < now())
         as untouched
from running
""")
_ANSWERS = text(f"""
select answer, count(*) as offers from api.offers o
where definition_version = :version
  and at >= (cast(:first as date)::timestamp at time zone :zone)
  and at < ((cast(:last as date) + 1)::timestamp at time zone :zone)
  and {_NOT_ABSORBED}
group by answer
""")


async def show_handovers(now: Reading, windows: Sequence[Window], zone: str, families: Families) -> None:
    """What waits now, by its promises, and the answers to what was offered in the days."""
    found = (await now.connection.execute(_RUNNING, {"version": now.version})).one()
    families.add(metrics.RUNNING, found.open, "open")
    families.add(metrics.RUNNING, found.accepted, "accepted")
    families.add(metrics.OVERDUE, found.accept_overdue, "accept")
    families.add(metrics.OVERDUE, found.contact_overdue, "contact")
    families.add(metrics.AT_RISK, found.accept_at_risk, "accept")
    families.add(metrics.AT_RISK, found.contact_at_risk, "contact")
    families.add(metrics.UNTOUCHED, found.untouched)
    for window in windows:
        given = {"version": now.version, "first": window.first, "last": window.last, "zone": zone}
        answers = {row.answer: row.offers for row in await now.connection.execute(_ANSWERS, given)}
        for answer in Answer:
            families.add(metrics.OFFERS, answers.get(answer, 0), answer, window.label)
