"""Keep the books of custody: postings in both times, and a row for each offer."""

from alembic import op

revision = "api_0014"
down_revision = "api_0013"

_CLOCK = """
  {0}_since timestamptz, {0}_risk_at timestamptz, {0}_due_at timestamptz, {0}_at timestamptz, {0}_s bigint,
  {0}_void boolean
"""
_STATEMENTS = (
    """
    create table postings (
      definition_version integer not null,
      at timestamptz not null,
      account text not null,
      team text not null,
      owner text not null,
      partner text not null,
      known_day date not null,
      cause text not null,
      amount bigint not null default 0,
      constraint pk_postings
        primary key (definition_version, at, account, team, owner, partner, known_day, cause)
    ) with (fillfactor = 70)
    """,
    """
    comment on table postings is
      'Double entry of custody: amounts of all accounts sum to 0 at every moment, in every state of '
      'knowledge.'
    """,
    f"""
    create table offers (
      lead_id uuid not null,
      definition_version integer not null,
      place integer not null,
      at timestamptz not null,
      opened_by text not null,
      terms_version integer not null,
      event text not null,
      route text,
      team text,
      owner text,
      partner text,
      answer text not null,
      answered_at timestamptz,
      answered_by text,
      reason text,
      ended_as text,
      ended_at timestamptz,
      end_reason text,
      {_CLOCK.format("accept")},
      {_CLOCK.format("contact")},
      {_CLOCK.format("outcome")},
      constraint pk_offers primary key (lead_id, definition_version, place)
    )
    """,
    "alter table leads add column custody text",
    "alter table leads add column custody_since timestamptz",
    "comment on column leads.custody is 'In whose hands it is; null for a visitor.'",
    "comment on column leads.custody_since is 'Since when.'",
    "comment on table offers is 'Every handover of a lead, with its clocks.'",
    """
    create index ix_offers_definition_version_at_lead_id_place
      on offers (definition_version, at, lead_id, place)
    """,
    """
    create index ix_offers_running on offers (definition_version, answer, lead_id)
      where answer = 'open' or (answer = 'accepted' and ended_as is null)
    """,
)


def upgrade() -> None:
    """Make the tables; the projector fills them at its next start."""
    for statement in _STATEMENTS:
        op.execute(statement)
