"""What the tables of the read models have in common."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, Text, Uuid, text

from leadtrace.store.metadata import service_metadata

SCHEMA = "api"
METADATA = service_metadata(SCHEMA)

MOMENT = DateTime(timezone=True)
ZERO = text("0")
# What leads are listed by, as their indexes have it: without a value they come behind all others.
BY_SCORE = "coalesce(fit::bigint + intent, '-4611686018427387904'::bigint)"
BY_STAGE_SINCE = "coalesce(stage_since, '0001-01-01 00:00:00+00'::timestamptz)"


def identity(name: str) -> Iterator[Column[Any]]:
    """The key of a lead or deal by one version of the definitions."""
    yield Column(name, Uuid, primary_key=True)
    yield Column("definition_version", Integer, primary_key=True)


def known_columns() -> Iterator[Column[Any]]:
    """On which day something became known, and why."""
    yield Column("known_day", Date, primary_key=True)
    yield Column("cause", Text, primary_key=True)
