"""The processes of an installation as data, in the order in which they are stopped: the flow's own order."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from leadtrace.runtime.settings import ENV_DELIMITER, ENV_PREFIX, Settings
from leadtrace.runtime.settings_groups import BrokerKind, Ports, Profile


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """One process: its command, and the port on which it serves `/readyz`."""

    name: str
    argv: tuple[str, ...]
    port: int
    env: Mapping[str, str] = field(default_factory=dict)

    def url(self, host: str) -> str:
        """Where it listens."""
        return f"http://{host}:{self.port}"


def service_specs(ports: Ports) -> tuple[ServiceSpec, ...]:
    """The seven processes of the four services."""
    return (
        _service("door", "leadtrace_ingest", "door", ports.ingest),
        _service("relay", "leadtrace_ingest", "relay", ports.relay),
        _service("scoring", "leadtrace_scoring", None, ports.scoring),
        _service("attribution", "leadtrace_attribution", None, ports.attribution),
        _service("webhooks", "leadtrace_attribution.delivery", None, ports.webhooks),
        _service("projector", "leadtrace_api", "project", ports.projector),
        _service("api", "leadtrace_api", "serve", ports.api),
    )


def _service(name: str, package: str, command: str | None, port: int) -> ServiceSpec:
    argv = (sys.executable, "-m", f"{package}.main", *((command,) if command else ()))
    return ServiceSpec(name, argv, port)


def local_host(ports: Ports) -> str:
    """The address at which this machine reaches what binds `ports.host`."""
    return "127.0.0.1" if ports.host in {"0.0.0.0", "::"} else ports.host  # noqa: S104 - compared, not bound


def service_environment(settings: Settings, bootstrap_key: str | None) -> dict[str, str]:
    """What the supervisor found or made and the services must know, as variables over the same file."""
    embedded = settings.profile is Profile.EMBEDDED
    values = {
        "installation": {"profile": settings.profile.value},
        "postgres": {"url": settings.postgres_url},
        "kafka": {
            "bootstrap_servers": settings.kafka_bootstrap_servers,
            "broker": settings.broker_kind.value,
        },
        "embedded": {"data_dir": str(settings.embedded.data_dir)} if embedded else {},
        "keys": {"bootstrap": bootstrap_key} if bootstrap_key else {},
    }
    return {
        f"{ENV_PREFIX}{group}{ENV_DELIMITER}{key}".upper(): value
        for group, keys in values.items()
        for key, value in keys.items()
    }


def with_addresses(settings: Settings, *, postgres_url: str, bootstrap_servers: str) -> Settings:
    """The settings with the addresses of what runs, the profile and kind of broker as they were."""
    data = {
        "postgres": settings.postgres.model_dump() | {"url": postgres_url},
        "kafka": settings.kafka.model_dump()
        | {"bootstrap_servers": bootstrap_servers, "broker": BrokerKind(settings.broker_kind)},
        "installation": settings.installation.model_dump() | {"profile": settings.profile},
    }
    return settings.model_copy(
        update={name: type(getattr(settings, name)).model_validate(values) for name, values in data.items()}
    )
