"""What a subject is called after it was erased: what it founds then is another lead than before.

Events name their subject and stay with it, so the subject that comes back needs a name of its own: else its
new binding would draw the erased lead's events along.
"""

import re

from leadtrace_ingest.identity.subject import Subject

_MARK = "#after-erasure-"
_MARKED = re.compile(rf"(?P<id>.*){_MARK}(?P<ordinal>[1-9][0-9]*)", re.DOTALL)


def reborn(subject: Subject, ordinal: int) -> Subject:
    """The subject after so many erasures."""
    return subject._replace(external_id=f"{subject.external_id}{_MARK}{ordinal}")


def name_before_erasures(name: str) -> str:
    """The name of a subject as its sender has it."""
    found = _MARKED.fullmatch(name)
    return name if found is None else found["id"]


def before_erasures(subject: Subject) -> tuple[Subject, int]:
    """The subject as its sender names it, and after how many erasures this one came back."""
    found = _MARKED.fullmatch(subject.external_id)
    if found is None:
        return subject, 0
    return subject._replace(external_id=found["id"]), int(found["ordinal"])
