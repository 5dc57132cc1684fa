"""The table of the words that people are found by."""

from sqlalchemy import ARRAY, Column, Index, LargeBinary, MetaData, Table, Uuid


def search_tables(metadata: MetaData) -> None:
    """Add it to the schema."""
    Table(
        "search_words",
        metadata,
        Column("subject_key", Uuid, primary_key=True),
        Column("words", ARRAY(LargeBinary), nullable=False),
        Index("ix_search_words_words", "words", postgresql_using="gin"),
    )
