"""Puts the parts together that tell who is who."""

from collections.abc import Mapping

from leadtrace.runtime.settings_identity import Identity as IdentitySettings
from leadtrace_ingest.identity.binding import Binder
from leadtrace_ingest.identity.keys import KeyMaker
from leadtrace_ingest.identity.settling import Identifier
from leadtrace_ingest.identity.subject import Standings
from leadtrace_ingest.senders.sender import Sender


def make_identifier(settings: IdentitySettings, senders: Mapping[str, Sender], secret: bytes) -> Identifier:
    """What binds records for one relay, by the settings and the installation's secret."""
    standings = Standings({name: sender.standing for name, sender in senders.items()})
    binder = Binder(secret, standings)
    return Identifier(binder, KeyMaker(settings, secret), settings.fan_in)
