"""The indexes of the read models that several questions share."""

from collections.abc import Iterator

from sqlalchemy import Index, text

from leadtrace_api.table_parts import BY_SCORE, BY_STAGE_SINCE


def listing_indexes() -> Iterator[Index]:
    """Those of the orders that leads are listed in."""
    for name, compared in (("score", BY_SCORE), ("stage_since", BY_STAGE_SINCE)):
        yield Index(
            f"ix_leads_by_{name}",
            "definition_version",
            text(f"({compared})"),
            "lead_id",
            postgresql_where=text("captured_at is not null and redirect_to is null"),
        )


def won_deals_index(name: str, which: str) -> Index:
    """The index of such deals by the day of their close."""
    return Index(name, "definition_version", "closed_day", postgresql_where=text(which))
