"""The closed list of reasons as docs/quarantine.md shows it; a house test holds the page against it."""

from leadtrace_ingest.outcome import Reason

BEGIN = "<!-- reasons: generated from leadtrace_ingest.outcome -->"
END = "<!-- end of reasons -->"


def reason_table() -> str:
    """The part of the page between its marks, marks included."""
    rows = [f"| `{reason.value}` | {reason.sentence} | {reason.remedy} |" for reason in Reason]
    return "\n".join([BEGIN, "", "| code | what it means | what to do |", "|---|---|---|", *rows, "", END])


def with_reasons(page: str) -> str:
    """The page with the list as it is now.

    Raises:
        ValueError: the page has no marks.
    """
    begin, end = page.index(BEGIN), page.index(END) + len(END)
    return page[:begin] + reason_table() + page[end:]
