"""What is read to compare two versions: leads in id order, what was won of them, spend, versions."""

LEAD_COUNT = "select count(*) from scoring.leads"
# So many leads that they and their facts are soon folded; one at least. A state that a judge's own fold saved
# spares that fold.
LEAD_PAGE = """
select lead_id, redirect_to, facts, fold_version,
       case when fold_version = any($4::int[]) and ignored_count = 0 then state end
from (
  select l.*, sum(event_count) over (order by lead_id) - event_count as before from (
    select * from scoring.leads where lead_id > $1 order by lead_id limit $2
  ) l
) summed
where before < $3 order by lead_id
"""
OUTCOMES = """
select lead_id, body from attribution.pub_leads
where lead_id = any($1::uuid[]) and body is not null and redirect_to is null
"""

# The key's index holds the topic, so that of other events nothing but the key is read.
EVENT_NUMBERS = """
select event_no from ingest.pub_events where event_no > $1 and topic = $2 order by event_no limit $3
"""
EVENTS = "select event_no, body from ingest.pub_events where event_no = any($1::bigint[])"
LAPSED = "select exists (select from ingest.pub_lapsed_events where topic = $1 and events > 0)"
