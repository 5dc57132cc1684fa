"""Record who looks at personal fields."""

from alembic import op

revision = "api_0005"
down_revision = "api_0004"

_STATEMENTS = (
    """
    create table personal_reads (
      read_id bigint generated always as identity primary key,
      read_at timestamptz not null default now(),
      key_id uuid,
      key_name text not null,
      lead_id uuid not null,
      route text not null
    )
    """,
    """
    comment on table personal_reads is
      'Who looked at whose personal fields; the routes write it before they answer.'
    """,
    "comment on column personal_reads.key_id is 'Null for the first admin key.'",
    "create index ix_personal_reads_lead_id_read_id on personal_reads (lead_id, read_id)",
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
