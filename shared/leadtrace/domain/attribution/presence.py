"""Whether an entity is still there: it is gone once each of its records has been deleted.

Of records that were merged the losing one is often deleted, which deletes nobody. What a website knows of its
users is no record that a company would delete, so it keeps nobody there either.
"""

from leadtrace.domain.fact import Fact

_OF_WEBSITES = ("user/", "anonymous/")


def note_record(records: dict[str, bool], fact: Fact) -> None:
    """A record was told of; it stays as it is if it is known."""
    if not fact.subject.startswith(_OF_WEBSITES):
        records.setdefault(_name(fact), True)


def note_deletion(records: dict[str, bool], fact: Fact) -> None:
    """A record was deleted, of whichever kind."""
    records[_name(fact)] = False


def note_restoration(records: dict[str, bool], fact: Fact) -> None:
    """A deleted record was brought back."""
    records[_name(fact)] = True


def is_gone(records: dict[str, bool]) -> bool:
    """Whether there were records and none is left."""
    return bool(records) and not any(records.values())


def _name(fact: Fact) -> str:
    return f"{fact.source} {fact.subject}"
