"""The projector rests between comparisons of all rows, and never while a version that is activated waits."""

from dataclasses import dataclass

from leadtrace.events.lead import LeadCaptured
from leadtrace.testing.builders import event
from tests.integration.versions.scene import Company

_TAKEN_IN = "select count(*) from api.leads where definition_version = 2"


@dataclass(slots=True)
class _Watch:
    """Seconds so far; whoever reads it takes `a_reading_s` for it."""

    seconds: float = 0.0
    a_reading_s: float = 0.0

    def __call__(self) -> float:
        self.seconds += self.a_reading_s
        return self.seconds


async def _judged_but_not_told(company: Company, number: int) -> None:
    """A lead that scoring and attribution know of by both versions, and the projector by none."""
    await company.put(event(LeadCaptured(), f"contact/{number}", number))
    await company.scoring.read()
    await company.attribution.read()


async def _taken_in(company: Company) -> int:
    return int((await company.bodies(_TAKEN_IN))[0][0])


async def test_a_comparison_that_took_long_is_followed_by_a_rest_which_an_activation_ends(
    company: Company,
) -> None:
    await company.register(1)
    await company.register(2)
    await _judged_but_not_told(company, 1)
    await company.begin(2)
    for _ in range(10):
        await company.scoring.follow()
        await company.attribution.follow()
    watch = _Watch()
    versions = company.api.looking(watch)
    await versions.look()
    watch.a_reading_s = 100.0
    await versions.look()
    assert await _taken_in(company) == 1
    watch.a_reading_s = 0.0
    ended_at = watch.seconds

    await _judged_but_not_told(company, 2)
    watch.seconds = ended_at + 899.0
    await versions.look()
    assert await _taken_in(company) == 1, "nine times as long as it took, nothing is compared"
    watch.seconds = ended_at + 900.0
    watch.a_reading_s = 100.0
    await versions.look()
    assert await _taken_in(company) == 2
    watch.a_reading_s = 0.0

    await _judged_but_not_told(company, 3)
    await versions.look()
    assert await _taken_in(company) == 2
    await company.activate(2)
    await versions.look()
    assert (await company.served())["api"] == 2
    assert await _taken_in(company) == 3
