"""Fields into changes of leads, deals and accounts, by the mapping's rules."""

from collections.abc import Mapping

from leadtrace_ingest.senders.drafting import IgnoredError
from leadtrace_ingest.senders.mapping.compiled import Mapping as MappingRules
from leadtrace_ingest.senders.mapping.file import FieldRule, Meaning
from leadtrace_ingest.senders.mapping.record import AnyChange
from leadtrace_ingest.senders.mapping.values import name_of


def take_fields(
    change: AnyChange,
    mapping: MappingRules,
    object_: str,
    now: Mapping[str, str],
    before: Mapping[str, str],
    *,
    created: bool,
) -> None:
    """Take every field; of a new record only what is filled. A field that says nothing is passed.

    Raises:
        RefusedError: a field cannot be read or has no row in the mapping.
    """
    rules = mapping.objects[object_].fields
    for name, text in now.items():
        if created and not text:
            continue
        rule = rules.get(name)
        if rule is None:
            change.keep(name, text)
            continue
        if rule.means is Meaning.LINK and before.get(name):
            change.unlink(name_of(name, before[name]), rule)
        try:
            change.take(name, _named(text, rule), rule)
        except IgnoredError:
            continue


def _named(text: str, rule: FieldRule) -> str:
    """The names of several options at once; a single one is named by the change itself."""
    if text in rule.values or "," not in text:
        return text
    options = [option.strip() for option in text.split(",")]
    if all(option in rule.values for option in options):
        return ",".join(rule.values[option] for option in options)
    return text
