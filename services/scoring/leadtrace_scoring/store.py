"""What scoring keeps: its lead rows, and the queries over them."""

from leadtrace.store.entities import EntityTable
from leadtrace.store.generation.tables import BOUND_BY, SAYS_ANYTHING, Carried, Generation, GenerationTable

SCHEMA = "scoring"

# The service's own columns, in the order in which a row's `extras` hold them.
QUALIFICATION_REVISION, QUALIFICATION_HASH, DUE_AT = 0, 1, 2
LEADS = EntityTable(
    SCHEMA,
    "leads",
    "lead_id",
    (("qualification_revision", "bigint"), ("qualification_hash", "bytea"), ("due_at", "bigint")),
)

# What a rebuild makes anew, in the order in which it is locked.
GENERATION = Generation(
    SCHEMA,
    (
        GenerationTable(
            "leads",
            ("lead_id",),
            "leads",
            (
                Carried("revision", ("body_hash", "definition_version")),
                Carried("qualification_revision", ("qualification_hash",)),
            ),
            counts=SAYS_ANYTHING,
            paths=("due_at",),
        ),
        GenerationTable("seen", ("event_no",)),
        GenerationTable("bindings", ("source", "subject"), remembered_by=BOUND_BY),
    ),
)

# Those that may be judged otherwise by now, though nothing happened.
DUE_LEADS = """
select lead_id from scoring.leads where due_at <= (extract(epoch from now()) * 1000000)::bigint
order by due_at limit $1
"""
STUCK_LEADS = "select lead_id from scoring.leads where stuck_error is not null order by lead_id limit $1"

# Which scores attribution lacks: only those whose band or qualifications moved are its concern.
# A least age of 0 asks for everything, also what another machine's clock dated into the future.
MISSING_IN_ATTRIBUTION = """
select s.lead_id from scoring.leads s
left join attribution.pub_leads a using (lead_id)
where s.lead_id > $1 and s.qualification_revision > coalesce(a.qualification_revision, 0)
  and ($3 = interval '0' or s.revision <= (extract(epoch from now() - $3::interval) * 1000000)::bigint)
order by s.lead_id limit $2
"""
MISSING_IN_API = """
select s.lead_id from scoring.leads s
left join api.pub_leads a using (lead_id)
where s.lead_id > $1 and s.revision > coalesce(a.score_revision, 0)
  and ($3 = interval '0' or s.revision <= (extract(epoch from now() - $3::interval) * 1000000)::bigint)
order by s.lead_id limit $2
"""
ALL_LEADS = "select lead_id from scoring.leads where lead_id > $1 and body is not null order by 1 limit $2"
