"""A marketing interaction of a lead."""

import msgspec


class TouchpointRecorded(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One interaction, by dimension; `signal` names the intent that it shows."""

    channel: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    content: str | None = None
    outlet: str | None = None
    form: str | None = None
    partner: str | None = None
    page: str | None = None
    signal: str | None = None
