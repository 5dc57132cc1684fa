"""Keep digests of the words of names and companies, so that people are found without being named here."""

from alembic import op

revision = "ingest_0009"
down_revision = "ingest_0008"

_STATEMENTS = (
    "create table search_words (subject_key uuid primary key, words bytea[] not null)",
    "create index ix_search_words_words on search_words using gin (words)",
    "create view pub_search_words as select subject_key, words from search_words",
)


def upgrade() -> None:
    """Make everything."""
    for statement in _STATEMENTS:
        op.execute(statement)
