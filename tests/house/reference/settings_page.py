"""docs/reference/settings.md: every key of `leadtrace.toml`, from the models that read it."""

import json
from collections.abc import Iterator
from typing import Any

from leadtrace.runtime.settings import CONFIG_VARIABLE, ENV_DELIMITER, ENV_PREFIX, Settings
from tests.house.reference.schema_words import Schema, row, table, words

_INTRODUCTION = f"""\
# Settings

One file, `leadtrace.toml`, holds the settings of every process; all of them read all of it. It is looked
for in the folder in which a command runs; `{CONFIG_VARIABLE}` or `--config` names another one. A variable
of the environment goes before the file; lists and tables are given to it as JSON. Keys that are not here
are refused at start, with the nearest one that is. `leadtrace config` prints what is in force and who set
it; `leadtrace config --template` prints the file with every key. Where a table has a
name of yours, the variables below are shown for one that is called `hubspot` or `crm`.
"""
# Groups of named tables, with what a person would call one.
_EXAMPLES = {"senders": "hubspot", "subscriptions": "crm"}
# Hundreds of words would make a line that nobody reads.
_MOST_SHOWN = 120


def settings_page() -> str:
    """The page as it should stand."""
    document = Settings.model_json_schema()
    lines = [_INTRODUCTION]
    for group, given in document["properties"].items():
        lines += _group(group, given, document["$defs"])
    return "\n".join(lines).rstrip() + "\n"


def _group(group: str, given: Schema, models: Schema) -> Iterator[str]:
    example = _EXAMPLES.get(group)
    heading = f"{group}.<name>" if example else group
    inner = given.get("additionalProperties") or next(
        iter(given.get("patternProperties", {}).values()), given
    )
    model = models[inner["$ref"].rpartition("/")[2]]
    yield f"## `[{heading}]`"
    yield ""
    yield given["description"]
    yield ""
    yield from table("key", "environment", "type", "default", "what it does")
    for key, setting in model["properties"].items():
        required = key in model.get("required", ())
        place = ENV_DELIMITER.join(part.upper() for part in (group, example, key) if part)
        yield row(
            f"`{key}`",
            f"`{ENV_PREFIX}{place}`",
            words(setting, lambda name: words(models[name], str)),
            "required" if required else _default(setting.get("default")),
            setting["description"],
        )
    yield ""


def _default(value: Any) -> str:
    if value is None or value == []:
        return "none"
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _MOST_SHOWN and isinstance(value, list):
        return f"{len(value)} entries, shown by `leadtrace config`"
    return f"`{text}`"
