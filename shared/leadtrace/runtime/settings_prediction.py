"""[prediction]: the chance that an open lead is won, learnt from outcomes."""

from typing import Annotated

from pydantic import Field, field_validator

from leadtrace.domain.predict.features import Plan
from leadtrace.runtime.settings_groups import Group

PropertyNames = Annotated[tuple[str, ...], Field(max_length=50)]


class Prediction(Group):
    """[prediction]: what the predictive score is learnt from, and when."""

    enabled: bool = True
    """Whether models are trained and asked; off, nothing is kept for them and nothing is predicted."""
    horizon_days: Annotated[int, Field(ge=1, le=3650)] = 180
    """Days within which a win counts; a lead that is watched for less, and open, is no loss."""
    texts: PropertyNames = (
        "acquisition_channel",
        "seniority",
        "function",
        "country",
        "industry",
        "buying_role",
    )
    """Properties of which each value is learnt by itself; best those with a few dozen values."""
    numbers: PropertyNames = ("employees", "budget")
    """Properties that are numbers."""
    tags: PropertyNames = ()
    """Properties with several values between semicolons, each learnt by itself."""
    days_after_capture: Annotated[int, Field(ge=0, le=365)] = 7
    """Days after its capture at which a lead is looked at to learn from it; one that ended before is not."""
    imported_history: bool = False
    """Whether leads imported afterwards teach as if known all along; what was filled in later leaks then."""
    fewest_wins: Annotated[int, Field(ge=20)] = 100
    """Wins without which nothing is learnt."""
    fewest_losses: Annotated[int, Field(ge=20)] = 100
    """Losses without which nothing is learnt."""
    most_leads: Annotated[int, Field(ge=100, le=1_000_000)] = 50_000
    """Leads that are learnt from at most, first the newest watched for the whole horizon; each takes 2 kB."""
    retrain_every_hours: Annotated[int, Field(ge=1, le=8760)] = 24
    """Hours from one training to the next."""
    deadline_s: Annotated[float, Field(gt=0, le=86_400)] = 900.0
    """Seconds that the process that learns has before it is ended."""

    @field_validator("texts", "numbers", "tags")
    @classmethod
    def _plain_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not name or ":" in name:
                raise ValueError(f"{name!r} is no property; names have no colon")
        if len(set(names)) != len(names):
            raise ValueError("a property stands twice")
        return names

    @property
    def plan(self) -> Plan | None:
        """What is read of a lead; None where nothing is predicted."""
        return Plan(self.texts, self.numbers, self.tags) if self.enabled else None
