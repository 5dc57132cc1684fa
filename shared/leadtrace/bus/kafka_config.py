"""How to reach a Kafka broker and how its clients behave; settings are mapped to this elsewhere."""

from dataclasses import dataclass, field
from typing import Any

from aiokafka.helpers import create_ssl_context


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaConfig:
    """One broker or cluster as every client of this process sees it."""

    bootstrap_servers: str
    """Comma list of `host:port`."""
    client_id: str = "leadtrace"
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_cafile: str | None = None
    """PEM file with the authorities to trust; without it those of the system."""
    idempotence: bool = True
    """Whether a producer numbers its batches; the embedded broker does not know it."""
    compression: str | None = "lz4"
    batch_bytes: int = 262_144
    """Uncompressed bytes after which a batch is closed; a larger record gets a batch of its own."""
    max_record_bytes: int = 1_000_000
    """Largest key and value together; Kafka's own default limit of a whole batch is 1,048,588."""
    fetch_max_wait_ms: int = 500
    """How long the broker holds an empty fetch back; the embedded one answers late with more than 25."""
    request_timeout_ms: int = 10_000
    """Deadline of each call to the broker, and of each batch until it is confirmed."""
    session_timeout_ms: int = 10_000
    """How long the group keeps a silent member; the embedded broker lets a join take half of it."""
    heartbeat_interval_ms: int = 1_000
    drain_timeout_ms: int = 3_000
    """How long a rebalance waits for what was polled to be committed; shorter than the session."""
    static_assignment: bool = False
    """Whether a consumer takes every partition without joining its group, which only one reader may do.

    Offsets are still committed to the group. Spares the seconds of a join where no second reader exists.
    """

    @classmethod
    def embedded(cls, bootstrap_servers: str, *, client_id: str = "leadtrace") -> "KafkaConfig":
        """What suits the embedded broker, of which each service is the only reader of its group."""
        return cls(
            bootstrap_servers=bootstrap_servers,
            client_id=client_id,
            idempotence=False,
            fetch_max_wait_ms=25,
            request_timeout_ms=5_000,
            session_timeout_ms=6_000,
            heartbeat_interval_ms=500,
            drain_timeout_ms=2_000,
            static_assignment=True,
        )

    @property
    def request_timeout_s(self) -> float:
        """`request_timeout_ms` in seconds."""
        return self.request_timeout_ms / 1_000

    def connection_options(self) -> dict[str, Any]:
        """The arguments that every class of aiokafka takes to connect."""
        options: dict[str, Any] = {
            "client_id": self.client_id,
            "request_timeout_ms": self.request_timeout_ms,
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            options["ssl_context"] = create_ssl_context(cafile=self.ssl_cafile)
        if self.security_protocol.startswith("SASL"):
            options["sasl_mechanism"] = self.sasl_mechanism or "PLAIN"
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password
        return options
