"""The groups of `leadtrace.toml`: one model each; every key has a default, a unit and a sentence."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from leadtrace.runtime.logging import LogFormat
from leadtrace.store.roles import SHORTEST_PASSWORD, is_reader_password

Port = Annotated[int, Field(ge=1, le=65535)]
MAX_LIVE_SECRETS = 2


class Group(BaseModel):
    """What all groups share: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Profile(StrEnum):
    """Who provides PostgreSQL and Kafka: `leadtrace up`, or somebody else by address."""

    EMBEDDED = "embedded"
    DISTRIBUTED = "distributed"


class BrokerKind(StrEnum):
    """What stands behind the Kafka protocol."""

    APACHE = "apache"
    EMBEDDED = "embedded"


class SenderKind(StrEnum):
    """Whose words a sender speaks."""

    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"
    PIPEDRIVE = "pipedrive"
    MAUTIC = "mautic"
    SEGMENT = "segment"
    SEGMENT_WEBHOOK = "segment_webhook"
    EVENTS = "events"
    STANDARD_WEBHOOKS = "standard_webhooks"
    GENERIC = "generic"
    SPEND = "spend"


class GenericAuth(StrEnum):
    """How a sender of kind `generic` proves who it is."""

    STANDARD_WEBHOOKS = "standard_webhooks"
    HMAC = "hmac"
    BASIC = "basic"
    BEARER = "bearer"
    PATH = "path"


class Installation(Group):
    """[installation]: what holds for the whole installation."""

    profile: Profile | None = None
    """Who provides PostgreSQL and Kafka; by default distributed if both addresses are set, else embedded."""
    drain_deadline_s: Annotated[float, Field(gt=0, le=300)] = 10.0
    """Seconds that a process has to drain after SIGTERM before its tasks are cancelled."""


class Embedded(Group):
    """[embedded]: PostgreSQL and the broker that `leadtrace up` starts."""

    data_dir: Path = Path(".leadtrace")
    """Folder that holds all data; a relative path starts at the folder of this file."""
    postgres_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """TCP port on loopback for tools that cannot use the unix socket; 0 means none."""
    broker_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """TCP port of the broker on loopback; 0 means a free one, chosen at each start."""
    broker_memory_limit_mb: Annotated[int, Field(ge=64)] = 1024
    """Resident memory in MB past which the broker is started anew as soon as it is drained."""
    start_deadline_s: Annotated[float, Field(gt=0)] = 60.0
    """Seconds within which everything must be ready after `leadtrace up`."""
    stop_deadline_s: Annotated[float, Field(gt=0)] = 15.0
    """Seconds that each process has to stop before it is killed."""


class Kafka(Group):
    """[kafka]: the broker that the services meet at."""

    bootstrap_servers: str | None = None
    """Comma list of `host:port`; without it `leadtrace up` starts the embedded broker."""
    broker: BrokerKind | None = None
    """Which kind it is, for the defaults below; without it apache if there is an address, else embedded."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How connections are protected."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    """How clients prove who they are, with a SASL protocol."""
    sasl_username: str | None = None
    """User name for SASL."""
    sasl_password: SecretStr | None = None
    """Password for SASL; better given by environment."""
    ssl_cafile: Path | None = None
    """PEM file with the authorities to trust; without it those of the system."""
    idempotence: bool | None = None
    """Whether producers are idempotent; by default on, but off for the embedded broker, which cannot."""
    join_groups: bool | None = None
    """Whether processes of a service may share its topics; by default on, but off for the embedded broker."""
    compression: Literal["none", "gzip", "lz4", "zstd"] = "lz4"
    """How producers compress batches."""
    fetch_max_wait_ms: Annotated[int, Field(ge=1)] | None = None
    """Milliseconds that a fetch waits for records; by default 500, but 25 for the embedded broker."""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 8
    """Partitions of each topic that is created; the most readers of one group that can share it."""
    replication: Annotated[int, Field(ge=1, le=10)] = 1
    """Replicas of each topic that is created; 3 on a real cluster."""
    retention_hours: Annotated[int, Field(ge=1)] = 168
    """Hours that topics keep their records; a reader that was away longer has them republished."""

    @model_validator(mode="after")
    def _sasl_is_whole(self) -> "Kafka":
        by_name = self.sasl_username is not None and self.sasl_password is not None
        if self.security_protocol.startswith("SASL") and not by_name:
            raise ValueError(f"{self.security_protocol} needs sasl_username and sasl_password")
        return self


class Postgres(Group):
    """[postgres]: the one database."""

    url: SecretStr | None = None
    """`postgresql://user:password@host/database`; without it `leadtrace up` starts its own PostgreSQL."""
    pool_size: Annotated[int, Field(ge=1, le=200)] = 8
    """Connections that each process keeps at most."""
    lock_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    """Seconds that a migration waits for a table lock before it gives up and changes nothing."""
    reader_password: SecretStr | None = None
    """Migrations make the login `leadtrace_reader` with it, which reads statistics only; for Grafana."""

    @field_validator("reader_password")
    @classmethod
    def _a_good_password(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not is_reader_password(given.get_secret_value()):
            raise ValueError(f"at least {SHORTEST_PASSWORD} printable ASCII characters, without spaces")
        return given


class Ports(Group):
    """[ports]: where each process listens."""

    host: str = "127.0.0.1"
    """Address that every process binds; 0.0.0.0 inside containers."""
    api: Port = 8000
    """Port of the api: JSON, ticker, dashboard."""
    ingest: Port = 8001
    """Port of the door, which takes webhooks."""
    scoring: Port = 8002
    """Port of scoring: health and metrics."""
    attribution: Port = 8003
    """Port of attribution: health and metrics."""
    projector: Port = 8010
    """Port of the api's projector: health and metrics."""
    relay: Port = 8011
    """Port of ingest's relay: health and metrics."""
    webhooks: Port = 8012
    """Port of attribution's webhooks worker: health, metrics, its admin routes."""


class Reporting(Group):
    """[reporting]: how numbers are shown."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    """ISO 4217 code of the currency that reports are in."""
    timezone: str = "Europe/Berlin"
    """IANA time zone that days, weeks and months are cut in."""
    rates: Path | None = None
    """CSV file of daily rates, units per one of `currency`; without it other currencies are not converted."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{name!r} is no IANA time zone, such as Europe/Berlin") from None
        return name


class Sender(Group):
    """[senders.<name>]: one system that posts events; `<name>` is the source of its events."""

    kind: SenderKind
    """Whose words it speaks; may be left out when the sender is named like its kind."""
    secrets: Annotated[tuple[SecretStr, ...], Field(max_length=MAX_LIVE_SECRETS)] = ()
    """One or two live secrets (two while you rotate): what signs, or a password; better by environment."""
    username: str | None = None
    """User name for Basic authentication (pipedrive, and generic with `auth = "basic"`)."""
    path_secrets: Annotated[tuple[SecretStr, ...], Field(max_length=MAX_LIVE_SECRETS)] = ()
    """One or two live secret last segments of the path, where a sender cannot sign."""
    organizations: tuple[str, ...] = ()
    """Ids of the organisations that may post (salesforce)."""
    auth: GenericAuth | None = None
    """How it proves who it is (generic)."""
    signature_header: str | None = None
    """Header that holds the hex or base64 HMAC-SHA256 of the body (generic with `auth = "hmac"`)."""
    trusted: bool = False
    """Whether it may join and erase people (segment), or speak of the records of others (events)."""
    public_url: str | None = None
    """Address that the sender believes it posts to, if a proxy rewrites it: signatures cover it."""
    mapping: Path | None = None
    """Mapping file of properties and stages; without it the shipped one of the kind."""
    rank: Annotated[int, Field(ge=0, le=999)] = 100
    """Standing among senders when events bear the same time: the lower rank is folded first."""
    items_per_s: Annotated[float, Field(gt=0)] | None = None
    """Items a second that each door takes of it in the long run, else 429; without it no limit."""
    burst_items: Annotated[int, Field(ge=1)] = 10_000
    """Items that it may post at once before `items_per_s` holds."""
    items_per_day: Annotated[int, Field(ge=1)] | None = None
    """Items that the installation takes of it on a day in UTC; more is answered 429; without it no limit."""

    @field_validator("secrets", "path_secrets")
    @classmethod
    def _not_empty(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(not secret.get_secret_value() for secret in secrets):
            raise ValueError("an empty secret would let anybody in")
        return secrets


class Door(Group):
    """[door]: what ingest's door takes in, and how long it tries."""

    max_body_bytes: Annotated[int, Field(ge=1_024)] = 1_048_576
    """Bytes of the largest request body; a larger one is refused with 413."""
    max_items: Annotated[int, Field(ge=100)] = 5_000
    """Items of the largest batch; a larger one is refused with 413."""
    max_depth: Annotated[int, Field(ge=8, le=500)] = 64
    """Arrays and objects within one another in the JSON of one item; a deeper one is not taken."""
    retry_window_s: Annotated[float, Field(gt=0)] = 1.5
    """Seconds that the door waits for PostgreSQL to commit a request before it spills it."""
    hard_stop_s: Annotated[float, Field(gt=0, le=5)] = 4.0
    """Seconds after which a request that nothing has made durable is answered 503; HubSpot gives up at 5."""
    max_waiting_bytes: Annotated[int, Field(ge=1_048_576)] = 67_108_864
    """Bytes of bodies that may wait for their commit; further requests are answered 503 at once."""
    sender_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of `max_waiting_bytes` and of the spill that one sender may take up, so that others have room."""
    spill_dir: Path | None = None
    """Folder for requests that PostgreSQL did not take in time; by default `spill` in the data folder."""
    spill_max_bytes: Annotated[int, Field(ge=0)] = 1_073_741_824
    """Bytes that the files in it may hold together; beyond them requests are answered 503. 0 means none."""


class Relay(Group):
    """[relay]: how ingest's relay works through the intake log."""

    chunk_items: Annotated[int, Field(ge=1, le=20_000)] = 4_000
    """Items that one transaction maps and stores at most; one delivery is never divided."""
    chunk_bytes: Annotated[int, Field(ge=1, le=268_435_456)] = 16_777_216
    """Bytes of bodies that one transaction reads at most; one delivery is never divided."""
    pause_ms: Annotated[int, Field(ge=0, le=1_000)] = 10
    """Milliseconds of rest after a small chunk, so that the next one is larger."""
    poll_interval_s: Annotated[float, Field(gt=0)] = 1.0
    """Seconds between looks at the intake log when no notification comes."""
    note_lease_s: Annotated[float, Field(gt=0)] = 5.0
    """Seconds after which events that a relay stored but did not publish are published by any relay."""


class Keys(Group):
    """[keys]: the first admin key."""

    bootstrap: Annotated[SecretStr, Field(min_length=16)] | None = None
    """First admin key, at least 16 characters; `leadtrace up` makes one in the data folder by itself."""


class Personal(Group):
    """[personal]: the keys over personal data."""

    master_keys: Annotated[tuple[SecretStr, ...], Field(max_length=MAX_LIVE_SECRETS)] = ()
    """Base64 of 32 random bytes; the first seals, a second opens on; `leadtrace up` makes one by itself."""


class Logging(Group):
    """[logging]: what the processes say on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Lowest level that is written."""
    format: LogFormat = LogFormat.AUTO
    """`json`, `console`, or `auto`: console in a terminal, else JSON."""
