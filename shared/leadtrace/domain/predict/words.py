"""What a feature of a lead is called when somebody asks why: a sentence for a value, and one for none."""

from typing import Final

from leadtrace.domain.predict.features import (
    AGE_DAYS,
    DAYS_SINCE_TOUCH,
    FIRST_CHANNEL,
    LAST_CHANNEL,
    LAST_SIGNAL,
    STAGE,
    TEAM,
    TOUCHES,
    TOUCHES_OF_A_WEEK,
)

EVERY_LEAD: Final = "where every lead begins"
TAGGED: Final = "tagged "

# What stands before a value and after it, and what is said where none is known.
_WORDS: Final = {
    STAGE: ("the highest stage claimed is ", "", "no stage was claimed"),
    TEAM: ("the team is ", "", "no team is known"),
    FIRST_CHANNEL: ("the first touch came by ", "", "no first touch with a channel is known"),
    LAST_CHANNEL: ("the last touch came by ", "", "no last touch with a channel is known"),
    LAST_SIGNAL: ("the last touch showed ", "", "the last touch showed no signal"),
    AGE_DAYS: ("known for ", " days", "nothing happened yet"),
    TOUCHES: ("touches known: ", "", "no touch known"),
    TOUCHES_OF_A_WEEK: ("touches within a week: ", "", "no touch known"),
    DAYS_SINCE_TOUCH: ("", " days since the last touch", "no touch known"),
}


def words_of(feature: str) -> tuple[str, str, str]:
    """What is said before its value, after it, and where it has none."""
    return _WORDS.get(feature, (f"{feature} is ", "", f"{feature} is not known"))


def number_in_words(number: float) -> str:
    """To one decimal, without zeros that say nothing."""
    return f"{round(number, 1):.12g}"
