"""Follow records that are bound anew, and know which sets hold corrections."""

from alembic import op

revision = "attribution_0003"
down_revision = "attribution_0002"

_STATEMENTS = (
    "alter table leads add column corrected boolean not null default false",
    "alter table deals add column corrected boolean not null default false",
    """
    create table bindings (
      source text not null,
      subject text not null,
      entity_id uuid not null,
      revision bigint not null,
      founded_id uuid,
      primary key (source, subject)
    )
    """,
    "create index ix_bindings_entity_id on bindings (entity_id)",
    """
    create table deal_subjects (
      deal_id uuid not null,
      source text not null,
      subject text not null,
      lead_id uuid not null,
      binding_revision bigint not null,
      primary key (deal_id, source, subject)
    )
    """,
    "create index ix_deal_subjects_source_subject on deal_subjects (source, subject)",
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
