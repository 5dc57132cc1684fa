"""The MetaData that a service's `tables.py` starts from: its schema, and names that nobody types by hand."""

from sqlalchemy import MetaData

# PostgreSQL's own suffixes, so that a hand-written migration and the metadata agree by default.
NAMING = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


def service_metadata(schema: str) -> MetaData:
    """Metadata for the tables of one service in its own schema."""
    return MetaData(schema=schema, naming_convention=NAMING)
