"""Writes the commented `leadtrace.toml` from the models, so that file and code cannot drift apart."""

import json
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Sender
from leadtrace.runtime.settings_outbound import Subscription

_HEADER = """\
# leadtrace.toml: the one configuration file. Every key stands here with its default, commented out.
# The environment overrides it: LEADTRACE_<GROUP>__<KEY>, for instance
#   LEADTRACE_KAFKA__PARTITIONS=16
#   LEADTRACE_SENDERS__HUBSPOT__SECRETS='["your app\\'s client secret"]'
# `leadtrace config` prints every effective value and who set it.
"""
_SENDER_EXAMPLE = {
    "kind": '"hubspot"',
    "secrets": '["…", "…"]',
    "public_url": '"https://hooks.example.com"',
    "mapping": '"mappings/hubspot.yaml"',
    "username": '"leadtrace"',
    "path_secrets": '["…"]',
    "organizations": '["00D000000000001EAA"]',
    "auth": '"standard_webhooks"',
    "signature_header": '"X-Signature"',
    "items_per_s": "500.0",
    "items_per_day": "1000000",
}
_SUBSCRIPTION_EXAMPLE = {
    "url": '"https://crm.example.com/hooks/leadtrace"',
    "secrets": '["whsec_bm90LWEtcmVhbC1zZWNyZXQtb2YtYW55Ym9keQ=="]',
    "newest_for_hours": "72",
}
# Groups of named tables, as an example of one: its line, its heading, its model, its values.
_TABLES: dict[str, tuple[str, str, type[BaseModel], dict[str, str]]] = {
    "senders": (
        "One table for each system that posts events; its name is the source of the events.",
        "[senders.hubspot]",
        Sender,
        _SENDER_EXAMPLE,
    ),
    "subscriptions": (
        "One table for each system that is told by webhook; any name.",
        "[subscriptions.crm]",
        Subscription,
        _SUBSCRIPTION_EXAMPLE,
    ),
}


def config_template() -> str:
    """The text of the shipped file."""
    parts = [_HEADER]
    for name, field in Settings.model_fields.items():
        if name in _TABLES:
            parts.append("\n".join(_table_lines(*_TABLES[name])))
            continue
        group = field.get_default()
        parts.append("\n".join([f"# {field.description}", f"[{name}]", *_key_lines(group)]))
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _key_lines(group: BaseModel) -> Iterator[str]:
    for key, field in type(group).model_fields.items():
        yield f"# {field.description}"
        value = getattr(group, key)
        yield f"# {key} = {_toml(value)}" if value is not None else f"# {key} ="


def _table_lines(
    sentence: str, heading: str, model: type[BaseModel], example: Mapping[str, str]
) -> Iterator[str]:
    yield f"# {sentence}"
    yield f"# {heading}"
    for key, field in model.model_fields.items():
        yield f"# {field.description}"
        yield f"# {key} = {example.get(key) or _toml(field.get_default())}"


def _toml(value: Any) -> str:
    if isinstance(value, Enum):
        return json.dumps(value.value)
    return json.dumps(str(value) if isinstance(value, Path) else value)
