"""The generic adapter of a sender's table."""

from collections.abc import Iterator

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import GenericAuth
from leadtrace.runtime.settings_groups import Sender as SenderSettings
from leadtrace_ingest.senders.auth.basic import Basic
from leadtrace_ingest.senders.auth.bearer import Bearer
from leadtrace_ingest.senders.auth.body_hmac import BodyHmac
from leadtrace_ingest.senders.auth.path_secret import PathSecret
from leadtrace_ingest.senders.auth.proof import Proof
from leadtrace_ingest.senders.auth.standard_webhooks import StandardWebhooks
from leadtrace_ingest.senders.configured import live_secrets, path_secrets
from leadtrace_ingest.senders.generic.adapter import GenericAdapter
from leadtrace_ingest.senders.generic.loading import load_generic


def generic(name: str, given: SenderSettings, settings: Settings) -> GenericAdapter:
    """The adapter.

    Raises:
        SettingsError: the table lacks what its kind or its `auth` needs; one line for each.
        MappingError: its mapping file cannot be used.
    """
    missing = [f"senders.{name}.{key}: {why}" for key, why in _missing(given)]
    if missing or given.mapping is None:
        raise SettingsError(missing)
    proof = _proof(name, given)
    return GenericAdapter(name, proof, load_generic(given.mapping, settings.reporting.currency))


def _missing(given: SenderSettings) -> Iterator[tuple[str, str]]:
    """Keys that are not set, and what needs them."""
    if given.mapping is None:
        yield "mapping", "a sender of kind generic needs a mapping file"
    if given.auth is None:
        yield "auth", f"a sender of kind generic needs one of {', '.join(GenericAuth)}"
        return
    needs = f'`auth = "{given.auth}"` needs'
    if given.auth is GenericAuth.PATH:
        if not given.path_secrets:
            yield "path_secrets", f"{needs} one or two"
    elif not given.secrets:
        yield "secrets", f"{needs} one or two"
    if given.auth is GenericAuth.BASIC and not given.username:
        yield "username", f"{needs} it"
    if given.auth is GenericAuth.HMAC and not given.signature_header:
        yield "signature_header", f"{needs} the name of the header"


def _proof(name: str, given: SenderSettings) -> Proof:
    match given.auth:
        case GenericAuth.PATH:
            return PathSecret(path_secrets(given))
        case GenericAuth.BASIC:
            return Basic(given.username or "", live_secrets(name, given))
        case GenericAuth.BEARER:
            return Bearer(live_secrets(name, given))
        case GenericAuth.HMAC:
            header = (given.signature_header or "").lower().encode()
            return BodyHmac(header, live_secrets(name, given))
        case _:
            return _standard_webhooks(name, given)


def _standard_webhooks(name: str, given: SenderSettings) -> Proof:
    try:
        return StandardWebhooks(live_secrets(name, given))
    except ValueError:
        rule = "of Standard Webhooks are written `whsec_` or `whpk_` and base64"
        raise SettingsError([f"senders.{name}.secrets: {rule}"]) from None
