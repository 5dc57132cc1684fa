"""Keep models and trainings, and know by which model each score was made."""

from alembic import op

revision = "scoring_0007"
down_revision = "scoring_0006"

_STATEMENTS = (
    """
    create table models (
      version integer primary key,
      hash text not null,
      kind text not null,
      plan text not null,
      reads jsonb not null,
      body bytea not null,
      trained_on text not null,
      trained_at timestamptz not null default now(),
      result jsonb not null,
      activated_at timestamptz,
      retired_at timestamptz,
      retired_because text
    )
    """,
    "comment on column models.plan is 'SHA-256 of the names of the properties that it reads.'",
    "comment on column models.reads is 'These names: texts, numbers and tags.'",
    """
    create unique index ix_models_active on models ((true))
      where activated_at is not null and retired_at is null
    """,
    """
    create table trainings (
      training_id uuid primary key,
      state text not null,
      plan text not null,
      phase text not null default 'waiting',
      done bigint not null default 0,
      total bigint not null default 0,
      attempts integer not null default 0,
      model_version integer,
      result jsonb,
      left_out jsonb,
      error text,
      started_by text not null,
      started_at timestamptz not null default now(),
      ended_at timestamptz,
      holder uuid,
      leased_until timestamptz
    )
    """,
    "create unique index ix_trainings_running on trainings (state) where state = 'running'",
    "alter table leads add column model_version integer not null default 0",
    "create index ix_leads_model_version on leads (model_version)",
    """
    create view pub_models as
      select version, hash, kind, reads, body, trained_on, trained_at, result, activated_at, retired_at,
             retired_because from models
    """,
    """
    create view pub_trainings as
      select training_id, state, model_version, result, left_out, error, started_by, started_at, ended_at
      from trainings
    """,
)


def upgrade() -> None:
    """Make both tables and what others read of them; no score was made by a model yet."""
    for statement in _STATEMENTS:
        op.execute(statement)
