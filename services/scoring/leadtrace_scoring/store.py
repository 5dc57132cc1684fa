"""What scoring keeps: its lead rows, and the queries over them."""

from leadtrace.domain.predict.features import Plan
from leadtrace.store.entities import EntityTable
from leadtrace.store.generation.tables import BOUND_BY, SAYS_ANYTHING, Carried, Generation, GenerationTable

SCHEMA = "scoring"

# The service's own columns, in the order in which a row's `extras` hold them.
QUALIFICATION_REVISION, QUALIFICATION_HASH, DUE_AT, MODEL_VERSION = 0, 1, 2, 3
LEADS = EntityTable(
    SCHEMA,
    "leads",
    "lead_id",
    (
        ("qualification_revision", "bigint"),
        ("qualification_hash", "bytea"),
        ("due_at", "bigint"),
        ("model_version", "int"),
    ),
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
            paths=("due_at", "model_version"),
            shown=("pub_shadow_leads", "lead_id, definition_version, revision, qualification_revision, body"),
        ),
        GenerationTable("seen", ("event_no",)),
        GenerationTable("bindings", ("source", "subject"), remembered_by=BOUND_BY),
    ),
)

# Those that may be judged otherwise by now, though nothing happened: a midnight passed, or another model
# speaks than the one that they were scored by. Those that do not fold would come again and again.
_DUE_LEADS = """
with speaks (version) as (
  select coalesce(max(version), 0) from scoring.models
  where activated_at is not null and retired_at is null and plan = '{plan}'
)
select lead_id from (
  (select lead_id, due_at from scoring.leads
   where due_at <= (extract(epoch from now()) * 1000000)::bigint and stuck_error is null
   order by due_at limit $1)
  union all
  (select lead_id, 0 from scoring.leads
   where model_version < (select version from speaks) and stuck_error is null limit $1)
  union all
  (select lead_id, 0 from scoring.leads
   where model_version > (select version from speaks) and stuck_error is null limit $1)
) found group by lead_id order by min(due_at) limit $1
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
left join api.pub_leads a using (lead_id, definition_version)
where s.lead_id > $1 and s.revision > coalesce(a.score_revision, 0)
  and ($3 = interval '0' or s.revision <= (extract(epoch from now() - $3::interval) * 1000000)::bigint)
order by s.lead_id limit $2
"""
# A fold that did not know yet when the version before it ended may have gone on with it.
FORGET_STATES_SINCE = (
    "update scoring.leads set state = null, due_at = 0 where revision >= $1 and body is not null"
)
ALL_LEADS = "select lead_id from scoring.leads where lead_id > $1 and body is not null order by 1 limit $2"


def due_leads(plan: Plan | None) -> str:
    """The query of those that are due, where models of a plan may speak."""
    return _DUE_LEADS.format(plan=plan.digest if plan is not None else "")
