"""[retention]: for how many months deliveries and events are kept; without it for good."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from leadtrace.runtime.settings_groups import Group

Months = Annotated[int, Field(ge=1, le=1200)]


class Retention(Group):
    """[retention]: for how many months what was received is kept."""

    intake_months: Months | None = None
    """Months that deliveries are kept after the one (UTC) in which they came; without it all, for good."""
    events_months: Months | None = None
    """Months that their events are kept, at least as many; without it all, so that rebuilds reach them."""

    @model_validator(mode="after")
    def _events_outlive_deliveries(self) -> Self:
        deliveries, events = self.intake_months, self.events_months
        if events is not None and (deliveries is None or deliveries > events):
            raise ValueError(
                "events_months: events are kept at least as long as the deliveries that they are made of; "
                f"set intake_months to {events} or less, or leave events_months out"
            )
        return self
