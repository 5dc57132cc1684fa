"""From `[kafka]` to what a client of the broker needs, with the defaults of the broker's kind."""

import dataclasses
import ssl

from leadtrace.bus.kafka_config import KafkaConfig
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import BrokerKind, Kafka


def kafka_config(settings: Settings, client_id: str) -> KafkaConfig:
    """How a client called `client_id` reaches the configured broker.

    Raises:
        SettingsError: no broker is configured, or the file of authorities cannot be used.
    """
    given = settings.kafka
    _check_authorities(given)
    embedded = settings.broker_kind is BrokerKind.EMBEDDED
    servers = settings.kafka_bootstrap_servers
    preset = (
        KafkaConfig.embedded(servers, client_id=client_id)
        if embedded
        else KafkaConfig(bootstrap_servers=servers, client_id=client_id)
    )
    return dataclasses.replace(
        preset,
        security_protocol=given.security_protocol,
        sasl_mechanism=given.sasl_mechanism,
        sasl_username=given.sasl_username,
        sasl_password=given.sasl_password.get_secret_value() if given.sasl_password else None,
        ssl_cafile=str(given.ssl_cafile) if given.ssl_cafile else None,
        compression=None if given.compression == "none" else given.compression,
        static_assignment=preset.static_assignment if given.join_groups is None else not given.join_groups,
        idempotence=preset.idempotence if given.idempotence is None else given.idempotence,
        fetch_max_wait_ms=given.fetch_max_wait_ms or preset.fetch_max_wait_ms,
    )


def _check_authorities(kafka: Kafka) -> None:
    """Say it before anything connects, and by the setting's name: a client would only say `No such file`."""
    if kafka.ssl_cafile is None:
        return
    try:
        ssl.create_default_context(cafile=str(kafka.ssl_cafile))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SettingsError(
            [f"kafka.ssl_cafile: {kafka.ssl_cafile} is no readable PEM file with certificates: {reason}"]
        ) from None
