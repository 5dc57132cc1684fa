"""Gauges of handovers: equal to what the api answers, over every kind of offer that there can be."""

import httpx

from leadtrace.events.lead import Stage
from leadtrace_api.room import Room
from tests.integration.api.projection import Projection
from tests.integration.api.scraped import Scraped, days_until, get, window
from tests.integration.api.test_handovers import hand_over
from tests.unit.api.snapshots import lead_id, outcome, record

LEAD = Stage.LEAD
# Whatever an offer can be, a row each: answers and endings, clocks that are stopped or void, early or late.
_OFFERS = """
insert into api.offers (lead_id, definition_version, place, at, opened_by, terms_version, event, answer,
  answered_at, ended_as, ended_at, accept_since, accept_at, accept_risk_at, accept_due_at, accept_void,
  contact_since, contact_at, contact_risk_at, contact_due_at, contact_void)
select l.lead_id, 1, row_number() over (partition by l.lead_id), offered, 'claim', 1, 'e', answer,
  case when answer <> 'open' then offered end, ended_as, case when ended_as is not null then offered end,
  offered, case when answer <> 'open' then offered end, now() + risk, now() + due, void,
  case when answer = 'accepted' then offered end, contacted,
  case when answer = 'accepted' then now() + risk end, case when answer = 'accepted' then now() + due end,
  case when answer = 'accepted' then void end
from api.leads l,
  (values ('open', null), ('accepted', null), ('accepted', 'lost'), ('rejected', null), ('gone', null),
    ('superseded', null)) as answered (answer, ended_as),
  (values (-interval '2 hours', -interval '1 hour'), (-interval '1 hour', interval '1 hour'),
    (interval '1 hour', interval '2 hours')) as clock (risk, due),
  (values (false), (true)) as promises (void),
  (values (null::timestamptz), (now() - interval '3 hours')) as contact (contacted),
  (values (now() - interval '4 hours'), (now() - interval '50 days'), (now() - interval '200 days'))
    as days (offered)
where contacted is null or answer = 'accepted'
"""


async def test_handovers_are_those_of_the_api(
    room: Room, projection: Projection, client: httpx.AsyncClient, now: int
) -> None:
    today = days_until(now)
    leads = [outcome(number, (LEAD, today - 1), captured=today - 1) for number in (1, 2)]
    absorbed = outcome(3, captured=None, redirect_to=lead_id(1))
    await projection.take([record(body, 1) for body in [*leads, absorbed]])
    await projection.owner.execute(_OFFERS)
    scraped = await Scraped(room).refreshed()
    ever = (await get(client, "/v1/handovers"))["total"]
    assert scraped.value("handover_running_offers", state="open") == ever["open"] > 0
    for clock in ("accept", "contact"):
        assert scraped.value("handover_overdue_offers", clock=clock) == ever[clock]["overdue"] > 0
        assert scraped.value("handover_at_risk_offers", clock=clock) == ever[clock]["at_risk"] > 0
    assert scraped.value("handover_untouched_offers") == ever["deep_sixed"]["leads"] > 0
    for days in (30, 90):
        recent = (await get(client, "/v1/handovers", **await window(projection, days)))["total"]
        assert 0 < recent["offered"] < ever["offered"]
        for answer in ("open", "accepted", "rejected", "superseded", "gone"):
            of = {"answer": answer, "days": str(days)}
            assert scraped.value("handover_answered_offers", **of) == recent[answer]


async def test_running_handovers_are_accepted_ones_that_did_not_end(
    room: Room, projection: Projection
) -> None:
    await hand_over(projection)
    scraped = await Scraped(room).refreshed()
    assert scraped.value("handover_running_offers", state="accepted") == 1
    assert scraped.value("handover_running_offers", state="open") == 0
