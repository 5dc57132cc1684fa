"""The rules of a mapping file that its types cannot say."""

from collections.abc import Iterator, Sequence
from datetime import date

from leadtrace.events.lead import Flag
from leadtrace_ingest.senders.mapping.file import (
    DIMENSIONS,
    TOUCH_DIMENSIONS,
    DealStageRow,
    Entity,
    FieldRule,
    LifecycleRow,
    MappingFile,
    Meaning,
    ObjectRules,
)
from leadtrace_ingest.senders.mapping.web import web_problems

_ANYWHERE = {Meaning.PROPERTY, Meaning.PERSONAL, Meaning.LINK, Meaning.IGNORED}
ALLOWED = {
    Entity.LEAD: _ANYWHERE
    | {Meaning.ACQUISITION, Meaning.TOUCHPOINT, Meaning.STAGE, Meaning.OWNER, Meaning.FLAG},
    Entity.DEAL: _ANYWHERE | {Meaning.STAGE, Meaning.AMOUNT, Meaning.CURRENCY, Meaning.LOST_REASON},
    Entity.ACCOUNT: _ANYWHERE,
}
_NAMED = {Meaning.PROPERTY, Meaning.PERSONAL, Meaning.ACQUISITION, Meaning.TOUCHPOINT, Meaning.FLAG}
_NAMES = {
    Meaning.ACQUISITION: DIMENSIONS,
    Meaning.TOUCHPOINT: TOUCH_DIMENSIONS,
    Meaning.FLAG: tuple(Flag),
}
# What a link may lead to: a deal's leads, and the account of a lead or a deal.
_LINKED = {
    Entity.LEAD: {Entity.ACCOUNT},
    Entity.DEAL: {Entity.LEAD, Entity.ACCOUNT},
    Entity.ACCOUNT: set[Entity](),
}


def problems(file: MappingFile) -> list[str]:
    """What is wrong with a mapping file, each naming key and rule."""
    found = []
    for name, rules in file.objects.items():
        found += [f"objects.{name}.record: {text}" for text in _of_record(file, rules)]
        for field, rule in rules.fields.items():
            where = f"objects.{name}.fields.{field}"
            found += [f"{where}: {text}" for text in _of_rule(file, rules.entity, rule)]
    found += _overlaps("lifecycle_stages", file.lifecycle_stages)
    found += _overlaps("deal_stages", file.deal_stages)
    return found + (web_problems(file.web) if file.web else [])


def _of_record(file: MappingFile, rules: ObjectRules) -> Iterator[str]:
    if rules.record is None:
        return
    target = file.objects.get(rules.record.of)
    if target is None or target.record is not None:
        yield "`of` must name an object that has records of its own"
    elif target.entity is not rules.entity:
        yield f"`of` must name an object with `is: {rules.entity}`"


def _of_rule(file: MappingFile, entity: Entity, rule: FieldRule) -> Iterator[str]:
    allowed = ALLOWED[entity]
    if rule.means not in allowed:
        yield f"means must be one of {', '.join(sorted(allowed))}"
    if (rule.means in _NAMED) != (rule.name is not None):
        yield f"`as` {'is missing' if rule.name is None else f'says nothing with means: {rule.means}'}"
    names = _NAMES.get(rule.means)
    if names and rule.name not in names:
        yield f"`as` must be one of {', '.join(names)}"
    if rule.touchpoint and rule.means is not Meaning.ACQUISITION:
        yield "`touchpoint` goes with means: acquisition"
    if rule.derive is not None and rule.means is not Meaning.PERSONAL:
        yield "`derive` goes with means: personal"
    yield from _of_link(file, entity, rule)


def _of_link(file: MappingFile, entity: Entity, rule: FieldRule) -> Iterator[str]:
    if (rule.means is Meaning.LINK) != (rule.to is not None):
        yield f"`to` {'is missing' if rule.to is None else f'says nothing with means: {rule.means}'}"
    elif rule.to is not None:
        target = file.objects.get(rule.to)
        if target is None:
            yield f"`to` must name one of the objects {', '.join(file.objects)}"
        elif target.entity not in _LINKED[entity]:
            yield f"a {entity} is not linked to a {target.entity}"


def _overlaps(key: str, rows: Sequence[LifecycleRow] | Sequence[DealStageRow]) -> list[str]:
    found = []
    ends: dict[str, date] = {}
    for row in sorted(rows, key=lambda row: (row.id, row.valid_from or date.min)):
        start, end = row.valid_from or date.min, row.until or date.max
        if end <= start:
            found.append(f"{key}: the row of {row.id!r} ends before it begins")
        if row.id in ends and start < ends[row.id]:
            found.append(f"{key}: two rows of {row.id!r} hold at the same time")
        ends[row.id] = end
    return found
