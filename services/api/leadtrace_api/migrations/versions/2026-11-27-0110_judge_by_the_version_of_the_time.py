"""Judge claims of the past also by the version of the definitions that was in force at their time."""

from alembic import op

revision = "api_0011"
down_revision = "api_0010"

_TOLD = (
    "restated: by definition_version. frozen: by the one in force then, among those before it. "
    "takeover: what is told of its activation, if that came from at to until."
)
_STATEMENTS = (
    "alter table judgements add column told text not null default 'restated'",
    "alter table judgements add column judged_by integer",
    "alter table judgements add column until timestamptz",
    f"comment on column judgements.told is '{_TOLD}'",
    "comment on column judgements.judged_by is 'The version of a frozen one.'",
    "comment on column judgements.until is 'Of a takeover; null: without end.'",
    # Each view reads some of what is told, newest first.
    "drop index ix_judgements_definition_version_at_lead_id_place",
    """
    create index ix_judgements_definition_version_told_at_lead_id_place
      on judgements (definition_version, told, at, lead_id, place)
    """,
    # Where leads are known already, the projector judges them anew at its next start.
    """
    update projections set contribution_version = 2
    where name = 'judgements' and not exists (select from leads)
    """,
)


def upgrade() -> None:
    """Every row that there is says what the version of its lead says."""
    for statement in _STATEMENTS:
        op.execute(statement)
