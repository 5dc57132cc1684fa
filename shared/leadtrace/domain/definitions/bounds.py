"""What definitions may name and ask for, and folds keep to."""

from typing import Final

# Bands of a score, the lowest first.
BANDS: Final = ("cold", "warm", "hot")
# Beyond these a lead's touchpoints are counted and scored no more.
SCORED_TOUCHES: Final = 10_000
# The most people of an account that count, those who were active last.
ACCOUNT_PEOPLE: Final = 100
# So many half-lives after its last touch a person is active no more: less than a sixteenth would be left.
ACTIVE_HALF_LIVES: Final = 4
# A longer value is no name of an account; a domain is shorter.
ACCOUNT_NAME: Final = 255
