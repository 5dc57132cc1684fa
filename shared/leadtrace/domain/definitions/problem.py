"""What is wrong in a definitions file: where, by which rule, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `line` counts from 1 and is 0 where the text does not tell it."""

    file: str
    line: int
    key: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        """`file:line: key: rule; remedy`."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key or 'the file'}: {self.rule}; {self.remedy}"


class DefinitionsError(ValueError):
    """The definitions cannot be used; `problems` says why, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))
