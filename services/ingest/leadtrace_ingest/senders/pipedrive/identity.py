"""What makes a notification itself, so that attempts and a second hook of the account count once.

Outside stand `attempt` and `retry`, hook, owner, host, permissions, filters: they say how it was delivered.
"""

from typing import Any

import msgspec

from leadtrace_ingest.senders.identity import hash_of, identity_of
from leadtrace_ingest.senders.item import Identity
from leadtrace_ingest.senders.pipedrive.decode import Body, is_bulk, moment_told

_SORTED = msgspec.json.Encoder(order="sorted").encode


def identity_of_body(sender: str, body: Body) -> Identity:
    """Key and comparable part.

    Version 2 has an id for the change. For users it is the user's own, so object, action, record and moment
    stand beside it. Version 1 has none: there the content itself, both states of the record, decides.
    """
    meta = body.meta
    content = hash_of(_SORTED([body.data, body.current, body.previous]))
    object_, record = meta.entity or meta.object, meta.entity_id or meta.id
    own = meta.id if meta.entity is not None else content
    key = [meta.company_id, object_, meta.action, record, moment_told(meta), own]
    comparable = [
        content,
        meta.user_id,
        is_bulk(meta),
        meta.change_source,
        meta.merged_from_id,
        meta.merged_to_id,
    ]
    return identity_of(sender, _packed(key), _packed(comparable))


def _packed(values: list[Any]) -> bytes:
    # As JSON, which holds numbers of any size; an id is the same whether it comes as number or as text.
    return _SORTED([None if one is None else str(one) for one in values])
