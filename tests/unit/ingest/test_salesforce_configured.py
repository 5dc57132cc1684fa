"""A sender's table of kind salesforce: who may post, and what is wrong with a table, in words."""

from typing import Any

import pytest

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace_ingest.senders.salesforce.map import SalesforceAdapter
from leadtrace_ingest.settings import configured_senders
from tests.unit.ingest.salesforce_items import PATH_SECRET, RELAY_SECRET, change, raw, request, signed, soap

MESSAGES = {"path_secrets": [PATH_SECRET], "organizations": ["00D000000000001"]}
EVENTS = {"secrets": [RELAY_SECRET]}


def adapter(table: dict[str, Any]) -> SalesforceAdapter:
    settings = Settings.model_validate({"senders": {"crm": {"kind": "salesforce", **table}}})
    made = configured_senders(settings)["crm"].adapter
    assert isinstance(made, SalesforceAdapter)
    return made


@pytest.mark.parametrize("table", [MESSAGES, EVENTS, MESSAGES | EVENTS])
def test_either_way_or_both(table: dict[str, Any]) -> None:
    assert adapter(table).mapping_label == "salesforce@2"


def test_two_live_secrets_of_both_kinds() -> None:
    both = adapter(
        {
            "path_secrets": ["old-one", PATH_SECRET],
            "organizations": ["00D000000000009AAA", "00D000000000001EAA"],
            "secrets": ["whsec_" + "A" * 32, RELAY_SECRET],
        }
    )
    assert both.verify(request(soap())) == both.verify(request(soap(), "old-one")) == {}
    body = raw(change("Lead", "DELETE"))
    headers = {name.encode(): text.encode() for name, text in signed(body).items()}
    assert both.verify(request(body, "cdc", headers))


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({}, "senders.crm.path_secrets: Salesforce needs them"),
        ({"path_secrets": ["x"]}, "senders.crm.organizations: goes with path_secrets"),
        (
            {"organizations": ["00D000000000001"]} | EVENTS,
            "senders.crm.organizations: goes with path_secrets",
        ),
        (MESSAGES | {"organizations": ["00Q000000000001"]}, "senders.crm.organizations: ids of 15 or 18"),
        (MESSAGES | {"organizations": ["acme"]}, "senders.crm.organizations: ids of 15 or 18"),
        (MESSAGES | {"path_secrets": ["cdc"]}, "senders.crm.path_secrets: cdc is where relays post"),
        ({"secrets": ["not base64!"]}, "senders.crm.secrets: a Standard Webhooks secret is base64"),
    ],
)
def test_a_table_that_lets_nobody_in_is_refused(table: dict[str, Any], problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        adapter(table)
    assert any(line.startswith(problem) for line in caught.value.problems)
    assert "not base64!" not in str(caught.value)
