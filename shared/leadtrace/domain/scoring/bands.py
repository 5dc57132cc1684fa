"""Bands with hysteresis, and the grade."""

from leadtrace.domain.definitions.millipoints import millipoints
from leadtrace.domain.definitions.model import Bands, Grades


class PreparedBands:
    """Thresholds in millipoints: the band above k is entered at `enter[k]` and left below `leave[k]`."""

    __slots__ = ("_enter", "_leave")

    def __init__(self, bands: Bands) -> None:
        self._enter = tuple(millipoints(band.enter_at) for band in (bands.warm, bands.hot))
        self._leave = tuple(millipoints(band.leave_below) for band in (bands.warm, bands.hot))

    def thresholds_of(self, band: int) -> list[int]:
        """Where a lead of this band leaves it, for the one below or the one above."""
        return [*self._leave[:band][-1:], *self._enter[band : band + 1]]

    def following(self, band: int, score: int) -> int:
        """The band after `band` at a new score: up where a higher one is entered, down while it is left."""
        while band and score < self._leave[band - 1]:
            band -= 1
        while band < len(self._enter) and score >= self._enter[band]:
            band += 1
        return band


class PreparedGrades:
    """The matrix: a letter by fit, a digit by intent."""

    __slots__ = ("_digits", "_letters")

    def __init__(self, grades: Grades) -> None:
        self._letters = ((millipoints(grades.fit.a), "A"), (millipoints(grades.fit.b), "B"))
        self._digits = ((millipoints(grades.intent.one), "1"), (millipoints(grades.intent.two), "2"))

    def of(self, fit: int, intent: int) -> str:
        """A1 to C3."""
        letter = next((letter for bound, letter in self._letters if fit >= bound), "C")
        digit = next((digit for bound, digit in self._digits if intent >= bound), "3")
        return letter + digit
