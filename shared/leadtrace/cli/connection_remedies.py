"""What to do when PostgreSQL or the broker does not take a connection, by what it said."""

import ssl

import asyncpg

from leadtrace.store.engine import UNAVAILABLE

# What connecting to PostgreSQL ends with when it is away, or does not let in whoever asks.
NO_CONNECTION: tuple[type[Exception], ...] = (
    *UNAVAILABLE,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


def postgres_remedy(error: Exception) -> str:
    """The remedy for an error of connecting to PostgreSQL."""
    if isinstance(error, ssl.SSLError):
        return "name the authority that signed its certificate: sslrootcert=… in postgres.url"
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return "correct user and password in postgres.url, or pg_hba.conf of the server"
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return "create the database, or correct its name in postgres.url"
    return "start it, or correct postgres.url (host, port, sslmode)"


def broker_remedy(reason: str) -> str:
    """The remedy for what a Kafka client said; it tells kinds of errors only in words."""
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return (
            "name the authority that signed its certificate in kafka.ssl_cafile, and the host it was made for"
        )
    if "Authentication" in reason:
        return "correct kafka.sasl_username, kafka.sasl_password and kafka.sasl_mechanism"
    return "start it, or correct kafka.bootstrap_servers and kafka.security_protocol"
