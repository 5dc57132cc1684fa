"""Whether and where OpenTelemetry traces go."""

from typing import Annotated

from pydantic import Field, SecretStr

from leadtrace.runtime.settings_groups import Group


class Traces(Group):
    """[traces]: the way of sampled deliveries from the door to the read models, as OpenTelemetry spans."""

    endpoint: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None
    """Where spans go by OTLP over HTTP, like `http://collector:4318/v1/traces`; without it none are made."""
    sample_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Share of deliveries that begin a trace, of those that bring no valid `traceparent`."""
    follow_senders: bool = True
    """Whether a sender's `traceparent` is continued and its flag decides; off, only the share does."""
    authorization: SecretStr | None = None
    """Value of the `Authorization` header for the collector; better given by environment."""
    export_timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Seconds that the collector has to take a batch of spans; what it does not take is dropped, not kept."""
