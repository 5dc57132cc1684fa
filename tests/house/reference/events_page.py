"""docs/reference/events.md: the catalogue, the snapshots and what both hold, from the wire structs."""

import json
from collections.abc import Iterator
from importlib import resources
from inspect import getdoc
from typing import Any

import msgspec

from leadtrace.events.catalogue import CATALOGUE, EventType
from leadtrace.events.envelope import Event, Snapshot
from leadtrace.events.snapshots import SNAPSHOTS, SnapshotType
from tests.house.reference.schema_words import Schema, row, table, words

_EXAMPLES = resources.files("leadtrace.events").joinpath("examples")
_INTRODUCTION = """\
# Events and snapshots

What travels in the topics, and what a sender posts to [`/v1/events`](../senders/events.md): CloudEvents 1.0
in JSON. *Events* say what happened and are never edited; *snapshots* are what a service derived of a lead
or deal, complete, each replacing every earlier one. A field with a default may be left out, and is left out
where it has that value. An unknown field is refused at the door. Each example is a file of
`shared/leadtrace/events/examples` that the tests read.
"""


def events_page() -> str:
    """The page as it should stand."""
    rows: tuple[EventType | SnapshotType, ...] = (*CATALOGUE, *SNAPSHOTS)
    roots, components = _schemas([one.data for one in rows])
    lines = [_INTRODUCTION, *_contents(), *_envelope(Event, "event"), *_envelope(Snapshot, "snapshot")]
    lines += ["## Events", ""]
    for event in CATALOGUE:
        lines += _entry(event, components)
    lines += ["## Snapshots", ""]
    for snapshot in SNAPSHOTS:
        lines += _entry(snapshot, components)
    lines += ["## What they share", ""]
    for name in sorted(components.keys() - roots):
        lines += _shared(name, components[name])
    return "\n".join(lines).rstrip() + "\n"


def _contents() -> Iterator[str]:
    yield from table("type", "topic", "posted by senders")
    for event in CATALOGUE:
        posted = "no, ingest makes it" if event.derived else "yes"
        yield row(f"[`{event.type}`](#{_anchor(event.name)})", f"`{event.topic}`", posted)
    for one in SNAPSHOTS:
        yield row(f"[`{one.type}`](#{_anchor(one.name)})", f"`{one.topic}`", f"no, `{one.source}` derives it")
    yield ""
    yield "A correction travels on the topic of what it corrects."
    yield ""


def _envelope(struct: type[msgspec.Struct], name: str) -> Iterator[str]:
    """The attributes of the envelope; `data`, which stays raw there, is the struct of the type."""
    fields = [one for one in msgspec.structs.fields(struct) if one.name != "data"]
    attributes: list[Any] = [
        (one.name, one.type, one.default) if one.default is not msgspec.NODEFAULT else (one.name, one.type)
        for one in fields
    ]
    plain = msgspec.defstruct(struct.__name__, attributes, kw_only=True)
    _, components = _schemas([plain])
    yield f"## The envelope of {'an' if name == 'event' else 'a'} {name}"
    yield ""
    yield _prose(getdoc(struct) or "")
    yield ""
    yield from _fields(components[struct.__name__])
    yield row("`data`", "object", "required" if name == "snapshot" else "`{}`")
    yield ""


def _entry(one: EventType | SnapshotType, components: Schema) -> Iterator[str]:
    schema = components[one.data.__name__]
    yield f"### {one.name}"
    yield ""
    yield _prose(schema["description"])
    yield ""
    if schema["properties"]:
        yield from _fields(schema)
    else:
        yield "No fields."
    yield ""
    yield "```json"
    yield json.dumps(
        json.loads(_EXAMPLES.joinpath(f"{one.name}.json").read_bytes()), indent=1, ensure_ascii=False
    )
    yield "```"
    yield ""


def _shared(name: str, schema: Schema) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    yield _prose(schema["description"])
    yield ""
    if "properties" in schema:
        yield from _fields(schema)
    else:
        yield words(schema, _linked)
    yield ""


def _fields(schema: Schema) -> Iterator[str]:
    yield from table("field", "type", "default")
    for name, field in schema["properties"].items():
        default = "required" if name in schema.get("required", ()) else _default(field.get("default"))
        yield row(f"`{name}`", words(field, _linked), default)


def _default(value: Any) -> str:
    return "none" if value is None else f"`{json.dumps(value)}`"


def _schemas(types: list[type[msgspec.Struct]]) -> tuple[set[str], Schema]:
    roots, components = msgspec.json.schema_components(types, ref_template="#/{name}")
    return {one["$ref"].rpartition("/")[2] for one in roots}, components


def _linked(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _anchor(heading: str) -> str:
    return heading.replace(".", "").lower()


def _prose(docstring: str) -> str:
    return "\n\n".join(" ".join(one.split()) for one in docstring.split("\n\n"))
