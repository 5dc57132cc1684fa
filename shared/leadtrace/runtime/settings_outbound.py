"""[outbound] and [subscriptions.<name>]: who is told by webhook, how, and how people answer by link."""

import ipaddress
from typing import Annotated, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from leadtrace.events.notifications import NotificationKind
from leadtrace.runtime.settings_groups import MAX_LIVE_SECRETS, Group
from leadtrace.runtime.standard_webhooks import SECRET_PREFIX, secret_of

# What the specification of Standard Webhooks asks of a secret.
_SECRET_BYTES = range(24, 65)
SubscriptionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


class Outbound(Group):
    """[outbound]: how webhooks are delivered, and the links in them."""

    public_url: str | None = None
    """Address at which people reach the door, for links to answer; without it the door's own address."""
    link_days: Annotated[int, Field(ge=1, le=90)] = 14
    """Days after an offer for which its links to accept or reject it are good."""
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 15.0
    """Seconds that a receiver has to answer, the connection included."""
    lease_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    """Seconds after which a delivery that a worker took and did not settle is taken by any worker."""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 4
    """Deliveries to one subscription at a time, in each worker."""
    poll_interval_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    """Seconds between looks for due deliveries when no notification comes."""
    proxy: SecretStr | None = None
    """`http://host:port` of a proxy that deliveries go through; the environment's variables are not asked."""

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, given: str | None) -> str | None:
        if given is not None:
            parts = urlsplit(given)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
                raise ValueError(
                    "must be http:// or https:// with a host and no query; links begin with it, such as "
                    "https://leads.example.com"
                )
        return given

    @model_validator(mode="after")
    def _lease_outlasts_an_attempt(self) -> Self:
        if self.lease_s <= self.timeout_s:
            raise ValueError(
                f"lease_s: must be more than timeout_s ({self.timeout_s:g}), or a delivery is made twice"
            )
        return self


class Subscription(Group):
    """[subscriptions.<name>]: one system that is told by webhook."""

    url: SecretStr
    """Where it is told: https, or http on this machine; masked when shown, since its path may be a secret."""
    secrets: Annotated[tuple[SecretStr, ...], Field(min_length=1, max_length=MAX_LIVE_SECRETS)]
    """One or two live secrets (two while you rotate), `whsec_` and base64 of 24 to 64 random bytes."""
    kinds: tuple[NotificationKind, ...] = ()
    """What it is told of, such as handover.offered; without it everything."""
    teams: tuple[str, ...] = ()
    """Of which teams it is told; without it of all, and of what concerns none."""
    allow_http: bool = False
    """Whether it may be told in clear over a network that you trust."""
    newest_for_hours: Annotated[int, Field(ge=1)] | None = None
    """Hours after which news is too old to be told, as when history is imported; without it all is told."""

    @field_validator("secrets")
    @classmethod
    def _standard(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in secrets:
            text = secret.get_secret_value().encode()
            try:
                good = text.startswith(SECRET_PREFIX) and (
                    len(secret_of(text.removeprefix(SECRET_PREFIX))) in _SECRET_BYTES
                )
            except ValueError:
                good = False
            if not good:
                raise ValueError(
                    "each must be `whsec_` and base64 of 24 to 64 bytes; `openssl rand -base64 32` makes "
                    "what follows `whsec_`"
                )
        return secrets

    @model_validator(mode="after")
    def _usable_address(self) -> Self:
        try:
            parts = urlsplit(self.url.get_secret_value())
            _ = parts.port
        except ValueError:
            raise ValueError("url: is no address; give https://host/path") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment:
            raise ValueError("url: must be https:// with a host and without a fragment")
        if parts.username is not None or parts.password is not None:
            raise ValueError("url: must hold no user name or password; receivers check the signature instead")
        if parts.scheme == "http" and not (self.allow_http or _is_loopback(parts.hostname)):
            raise ValueError("url: http is for this machine only; use https, or set allow_http = true")
        return self

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may be shown of the address."""
        parts: SplitResult = urlsplit(self.url.get_secret_value())
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def live_secrets(self) -> tuple[bytes, ...]:
        """The bytes that sign, one secret after the other."""
        texts = [secret.get_secret_value().encode() for secret in self.secrets]
        return tuple(secret_of(text.removeprefix(SECRET_PREFIX)) for text in texts)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
