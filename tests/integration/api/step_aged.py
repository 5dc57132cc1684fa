"""What `api.step_ages` must hold, computed from the stored outcomes by SQL alone, and what it holds.

Written for this test alone: of the code under test it shares the layout of a pair, and nothing else.
"""

# In seconds; the order of the statement's own making, a later bin above an earlier one.
_EDGES = """
  array[0, 60, 300, 900, 3600, 14400]::bigint[]
  || array(select d * 86400::bigint from generate_series(1, 14) d)
  || array(select d * 86400::bigint from generate_series(21, 91, 7) d)
  || array(select d * 86400::bigint from generate_series(121, 751, 30) d)
"""
_DAY = "(to_timestamp({} / 1000000) at time zone $1)::date"

# $1 is the time zone of the days.
EXPECTED = f"""
with edge as (select {_EDGES} as at), lead as (
  select definition_version as version, convert_from(outcome_body, 'UTF8')::jsonb as body,
         array[channel, source, medium, campaign, content, outlet, form, partner, owner, team,
               segment, industry, region] as keys
  from api.leads where outcome_body is not null and redirect_to is null and captured_at is not null
), ladder as (
  select stage, rung from unnest(array['inquiry','lead','mql','sal','sql','opportunity','customer'])
    with ordinality as l (stage, rung)
), reached as (
  select version, body ->> 'lead_id' as lead, low.rung, min(first.value::bigint) as at
  from lead, jsonb_each_text(coalesce(body -> 'first_reached', '{{}}')) first
  join ladder high on high.stage = first.key
  join ladder low on low.rung <= high.rung
  group by 1, 2, 3
), walk as (
  select rung - 1 as step, rung as low, rung + 1 as high from ladder where rung < 7
  union all select 6, 1, 7
), taken as (
  select l.*, w.step, low.at as entered, high.at as won,
         case when body ->> 'stage' in ('lost', 'disqualified') or body ->> 'status' = 'lost'
              then coalesce((body ->> 'lost_at')::bigint, (body ->> 'stage_since')::bigint,
                            (body ->> 'captured_at')::bigint) end as lost,
         case when body ->> 'status' = 'deleted' then coalesce((body ->> 'latest_at')::bigint, 0) end as gone
  from lead l cross join walk w
  join reached low on low.version = l.version and low.lead = body ->> 'lead_id' and low.rung = w.low
  left join reached high on high.version = l.version and high.lead = body ->> 'lead_id' and high.rung = w.high
), ended as (
  select *, {_DAY.format("(body ->> 'captured_at')::bigint")} as day,
         case when won is not null then 0 when lost is not null then 1 when gone is not null then 2 else 5 end
           as kind,
         greatest(coalesce(won, lost, gone) - entered, 0) / 1000000 as age_s,
         (body ->> 'watched_from')::bigint as watched,
         coalesce(coalesce(won, lost, gone) < (body ->> 'watched_from')::bigint, false) as unseen
  from taken
), coded as (
  select version, day, keys, step, kind,
         case when kind < 3 then width_bucket(age_s, edge.at) - 1
              else greatest({_DAY.format("entered")} - day, 0) end as value
  from ended, edge where not unseen
  union all
  select version, day, keys, step, 3, width_bucket((watched - entered) / 1000000, edge.at) - 1
  from ended, edge where not unseen and watched > entered
  union all
  select version, day, keys, step, 4, (kind = 0)::int from ended where unseen
)
select version, dimension.name, day, dimension.key, step::int, kind, value::int, count(*)
from coded cross join lateral (
  select '' as name, '' as key
  union all
  select name, keys[n] from unnest(array['channel','source','medium','campaign','content','outlet','form',
    'partner','owner','team','segment','industry','region']) with ordinality as d (name, n)
  where keys[n] is not null
  union all
  select name, char_length(coalesce(one, '')) || ':' || coalesce(one, '') || coalesce(other, '')
  from (values ('channel,segment', keys[1], keys[11]), ('channel,campaign', keys[1], keys[4]))
    as pair (name, one, other)
  where one is not null or other is not null
) dimension
group by 1, 2, 3, 4, 5, 6, 7
"""

# Each pair in its place: the codes of a row ascend, so that their place in order is theirs in the row.
HELD = """
with pair as (
  select definition_version as version, dimension, day, key, octet_length(entries) as size, n,
         get_byte(entries, n) + get_byte(entries, n + 1) * 256
           + get_byte(entries, n + 2) * 65536 + get_byte(entries, n + 3) * 16777216::bigint as code,
         get_byte(entries, n + 4) + get_byte(entries, n + 5) * 256
           + get_byte(entries, n + 6) * 65536 + get_byte(entries, n + 7) * 16777216::bigint as times
  from api.step_ages, generate_series(0, octet_length(entries) - 8, 8) n
)
select version, dimension, day, key,
       case when code < 2240 then code / 320 else (code - 2240) % 8 end::int,
       case when code < 2240 then code / 64 % 5 else 5 end::int,
       case when code < 2240 then code % 64 else (code - 2240) / 8 end::int, times
from pair
"""
# Rows that no row may be like: empty, cut off, with codes that do not ascend or counts of nothing.
UNSOUND = f"""
with told as ({HELD.replace("from pair", ", n, code from pair")})
select count(*) from (
  select 1 from api.step_ages where octet_length(entries) = 0 or octet_length(entries) % 8 <> 0
  union all
  select 1 from told a join told b on (a.version, a.dimension, a.day, a.key, a.n + 8)
    = (b.version, b.dimension, b.day, b.key, b.n) and a.code >= b.code
  union all
  select 1 from told where times < 1
) unsound
"""
