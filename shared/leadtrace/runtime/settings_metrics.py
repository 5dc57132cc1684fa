"""Whether and how numbers are shown to Prometheus."""

from typing import Annotated

from pydantic import Field

from leadtrace.runtime.settings_groups import Group


class MetricsSettings(Group):
    """[metrics]: what every process shows on `/metrics`."""

    enabled: bool = True
    """Whether `/metrics` answers; off, it is 404. Needs no key, so keep its ports away from strangers."""
    snapshot_interval_s: Annotated[float, Field(ge=1, le=3_600)] = 30.0
    """Seconds between two snapshots of the business numbers; a scrape shows the newest and asks no table."""
    top_channels: Annotated[int, Field(ge=1, le=50)] = 10
    """Channels that are told apart; all others are shown together as `other`."""
