"""The one configuration: defaults, then `leadtrace.toml`, then `LEADTRACE_<GROUP>__<KEY>`.

A service takes the groups that it needs out of `Settings`; nothing reads the environment elsewhere.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import (
    SettingsError as SourceError,
)

from leadtrace.runtime.settings_api import Api
from leadtrace.runtime.settings_errors import SettingsError, nearest_hint, settings_error
from leadtrace.runtime.settings_groups import (
    BrokerKind,
    Door,
    Embedded,
    Installation,
    Kafka,
    Keys,
    Logging,
    Personal,
    Ports,
    Postgres,
    Profile,
    Relay,
    Reporting,
    Sender,
    SenderKind,
)
from leadtrace.runtime.settings_identity import Identity
from leadtrace.runtime.settings_metrics import MetricsSettings
from leadtrace.runtime.settings_outbound import Outbound, Subscription, SubscriptionName
from leadtrace.runtime.settings_prediction import Prediction
from leadtrace.runtime.settings_retention import Retention
from leadtrace.runtime.settings_traces import Traces

DEFAULT_FILE = Path("leadtrace.toml")
CONFIG_VARIABLE = "LEADTRACE_CONFIG"
ENV_PREFIX = "LEADTRACE_"
ENV_DELIMITER = "__"


class Settings(BaseSettings):
    """Every group; made by `load_settings`, or directly with groups in tests (no file, no environment)."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    installation: Installation = Installation()
    """What holds for the whole installation."""
    embedded: Embedded = Embedded()
    """PostgreSQL and the broker that `leadtrace up` starts."""
    kafka: Kafka = Kafka()
    """The broker that the services meet at."""
    postgres: Postgres = Postgres()
    """The one database."""
    ports: Ports = Ports()
    """Where each process listens."""
    reporting: Reporting = Reporting()
    """How numbers are shown."""
    api: Api = Api()
    """How the api answers."""
    senders: dict[str, Sender] = {}
    """The systems that post events, by name."""
    door: Door = Door()
    """What ingest's door takes in, and how long it tries."""
    relay: Relay = Relay()
    """How ingest's relay works through the intake log."""
    identity: Identity = Identity()
    """Which records are of one person."""
    prediction: Prediction = Prediction()
    """The chance that an open lead is won, learnt from outcomes."""
    outbound: Outbound = Outbound()
    """How webhooks are delivered to others, and the links in them."""
    subscriptions: dict[SubscriptionName, Subscription] = {}
    """The systems that are told by webhook, by name."""
    keys: Keys = Keys()
    """The first admin key."""
    personal: Personal = Personal()
    """The keys over personal data."""
    retention: Retention = Retention()
    """For how many months deliveries and events are kept."""
    metrics: MetricsSettings = MetricsSettings()
    """What every process shows to Prometheus."""
    traces: Traces = Traces()
    """Where OpenTelemetry traces go."""
    logging: Logging = Logging()
    """What the processes say on standard error."""

    @property
    def profile(self) -> Profile:
        """The profile given, else `distributed` when both addresses are given, else `embedded`."""
        if self.installation.profile is not None:
            return self.installation.profile
        both = self.kafka.bootstrap_servers is not None and self.postgres.url is not None
        return Profile.DISTRIBUTED if both else Profile.EMBEDDED

    @property
    def broker_kind(self) -> BrokerKind:
        """The kind given, else `apache` when an address is given, else `embedded`."""
        if self.kafka.broker is not None:
            return self.kafka.broker
        return BrokerKind.EMBEDDED if self.kafka.bootstrap_servers is None else BrokerKind.APACHE

    @property
    def spill_folder(self) -> Path:
        """Where a door keeps what PostgreSQL does not take in time."""
        return self.door.spill_dir or self.embedded.data_dir / "spill"

    @property
    def postgres_url(self) -> str:
        """The database's address in clear.

        Raises:
            SettingsError: none is configured.
        """
        if self.postgres.url is None:
            raise SettingsError(["postgres.url: not set; run under `leadtrace up` or name a database"])
        return self.postgres.url.get_secret_value()

    @property
    def reader_password(self) -> str | None:
        """The password of the login for dashboards in clear; None: migrations leave that login alone."""
        given = self.postgres.reader_password
        return given.get_secret_value() if given is not None else None

    @property
    def kafka_bootstrap_servers(self) -> str:
        """The broker's address.

        Raises:
            SettingsError: none is configured.
        """
        if self.kafka.bootstrap_servers is None:
            raise SettingsError(
                ["kafka.bootstrap_servers: not set; run under `leadtrace up` or name a broker"]
            )
        return self.kafka.bootstrap_servers

    @model_validator(mode="after")
    def _embedded_broker_is_watched(self) -> Self:
        if not self.metrics.enabled and self.broker_kind is BrokerKind.EMBEDDED:
            raise ValueError(
                "metrics.enabled: must be true with the embedded broker, which is started anew by what "
                "/metrics tells; name a broker, or leave it on"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _kind_from_name(cls, data: Any) -> Any:
        senders = data.get("senders") if isinstance(data, dict) else None
        if not isinstance(senders, dict):
            return data
        kinds = set(SenderKind)
        named = {
            name: {"kind": name, **sender} if isinstance(sender, dict) and name in kinds else sender
            for name, sender in senders.items()
        }
        return {**data, "senders": named}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in counts: `load_settings` reads the sources, once."""
        return (init_settings,)


def load_settings(path: Path | None = None) -> Settings:
    """The effective settings: of `path`, else of `LEADTRACE_CONFIG`, else of `leadtrace.toml` if it is there.

    Raises:
        SettingsError: a named file is missing, a key is unknown, a value does not fit.
    """
    file = config_path(path)
    given = merged(read_file(file), read_environment())
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise settings_error(error, Settings) from None
    return _with_absolute_paths(settings, file.parent if file else Path.cwd())


def config_path(path: Path | None) -> Path | None:
    """The configuration file in use, or None when there is none and none was asked for.

    Raises:
        SettingsError: the file that was asked for does not exist.
    """
    variable = os.environ.get(CONFIG_VARIABLE)
    asked = path or (Path(variable) if variable else None)
    if asked is None:
        return DEFAULT_FILE.resolve() if DEFAULT_FILE.is_file() else None
    if not asked.is_file():
        raise SettingsError([f"{asked}: no such configuration file"])
    return asked.resolve()


def read_file(path: Path | None) -> dict[str, Any]:
    """What the file sets, by group; empty without a file.

    Raises:
        SettingsError: the file is not TOML.
    """
    if path is None:
        return {}
    try:
        return TomlConfigSettingsSource(Settings, toml_file=path)()
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path}: not valid TOML: {error}"]) from None


def read_environment() -> dict[str, Any]:
    """What the environment sets, by group.

    Raises:
        SettingsError: a variable names an unknown group or holds malformed JSON.
    """
    _refuse_unknown_variables(os.environ)
    source = EnvSettingsSource(Settings, env_prefix=ENV_PREFIX, env_nested_delimiter=ENV_DELIMITER)
    try:
        return source()
    except SourceError as error:
        raise SettingsError([f"{error}; lists and tables are given as JSON"]) from None


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, table by table; where they differ `above` wins."""
    result = dict(below)
    for key, value in above.items():
        lower = result.get(key)
        if isinstance(lower, Mapping) and isinstance(value, Mapping):
            result[key] = merged(lower, value)
        else:
            result[key] = value
    return result


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    problems = []
    for name in environment:
        if not name.startswith(ENV_PREFIX) or name == CONFIG_VARIABLE:
            continue
        group = name.removeprefix(ENV_PREFIX).split(ENV_DELIMITER, 1)[0].lower()
        if ENV_DELIMITER not in name or group not in Settings.model_fields:
            problems.append(f"{name}: unknown variable{nearest_hint([group], Settings)}")
    if problems:
        raise SettingsError(problems)


def _with_absolute_paths(settings: Settings, base: Path) -> Settings:
    senders = {
        name: sender.model_copy(update={"mapping": base / sender.mapping}) if sender.mapping else sender
        for name, sender in settings.senders.items()
    }
    embedded = settings.embedded.model_copy(update={"data_dir": base / settings.embedded.data_dir})
    rates = settings.reporting.rates
    reporting = settings.reporting.model_copy(update={"rates": base / rates if rates else None})
    spill_dir = settings.door.spill_dir
    door = settings.door.model_copy(update={"spill_dir": base / spill_dir if spill_dir else None})
    cafile = settings.kafka.ssl_cafile
    kafka = settings.kafka.model_copy(update={"ssl_cafile": base / cafile if cafile else None})
    groups = {"embedded": embedded, "door": door, "reporting": reporting, "kafka": kafka}
    return settings.model_copy(update={"senders": senders, **groups})
