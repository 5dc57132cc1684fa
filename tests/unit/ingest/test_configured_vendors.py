"""A sender's table becomes an adapter, or says what it lacks."""

from typing import Any

import pytest

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace_ingest.senders.hubspot.map import HubSpotAdapter
from leadtrace_ingest.senders.mautic.map import MauticAdapter
from leadtrace_ingest.senders.pipedrive.map import PipedriveAdapter
from leadtrace_ingest.settings import configured_senders


def configured(name: str, **table: Any) -> object:
    senders = configured_senders(Settings.model_validate({"senders": {name: table}}))
    return senders[name].adapter


@pytest.mark.parametrize(
    ("name", "table", "adapter", "label"),
    [
        ("hubspot", {"secrets": ["s"]}, HubSpotAdapter, "hubspot@"),
        ("crm", {"kind": "pipedrive", "username": "u", "secrets": ["s"]}, PipedriveAdapter, "pipedrive@"),
        ("mautic", {"secrets": ["s"]}, MauticAdapter, "mautic@"),
    ],
)
def test_with_the_shipped_mapping(name: str, table: dict[str, Any], adapter: type, label: str) -> None:
    made = configured(name, **table)
    assert isinstance(made, HubSpotAdapter | PipedriveAdapter | MauticAdapter)
    assert type(made) is adapter
    assert made.mapping_label.startswith(label)


@pytest.mark.parametrize(
    ("name", "table", "lacks"),
    [
        ("hubspot", {}, "senders.hubspot.secrets"),
        ("mautic", {}, "senders.mautic.secrets"),
        ("pipedrive", {"username": "u"}, "senders.pipedrive.secrets"),
        ("pipedrive", {"secrets": ["s"]}, "senders.pipedrive.username"),
    ],
)
def test_says_what_it_lacks(name: str, table: dict[str, Any], lacks: str) -> None:
    with pytest.raises(SettingsError, match=lacks):
        configured(name, **table)
