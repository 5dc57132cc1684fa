"""Names the concrete bus for every service: what the settings say becomes clients here."""

from leadtrace.bus.kafka import KafkaBus
from leadtrace.runtime.config_kafka import kafka_config
from leadtrace.runtime.settings import Settings


def make_bus(settings: Settings, client_id: str) -> KafkaBus:
    """The bus of the configured broker; nothing is connected yet.

    Raises:
        SettingsError: no broker is configured.
    """
    return KafkaBus(kafka_config(settings, client_id))
