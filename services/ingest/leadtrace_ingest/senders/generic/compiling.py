"""From the file's structs to rules that can be run: all that can be wrong with one is found here."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import msgspec

from leadtrace.events.activity import ActivityKind, Direction
from leadtrace.events.spend import SpendKind
from leadtrace_ingest.senders.generic.expression import Expression
from leadtrace_ingest.senders.generic.file import (
    ActivitySpec,
    EndSpec,
    GenericFile,
    LinkSpec,
    Origin,
    RecordSpec,
    RuleSpec,
    SpendSpec,
    StageSpec,
    Tells,
    Time,
    TimeSpec,
    TouchpointSpec,
)
from leadtrace_ingest.senders.generic.interaction import ActivityAction, TouchpointAction
from leadtrace_ingest.senders.generic.link_action import LinkAction
from leadtrace_ingest.senders.generic.moment import Moment
from leadtrace_ingest.senders.generic.record_action import RecordAction
from leadtrace_ingest.senders.generic.rule import Rule
from leadtrace_ingest.senders.generic.spend_action import RowReader, SpendAction
from leadtrace_ingest.senders.generic.stage_action import StageAction
from leadtrace_ingest.senders.generic.telling import Action
from leadtrace_ingest.senders.generic.value import Value, Word, optional, optional_flag
from leadtrace_ingest.senders.mapping.file import TOUCH_DIMENSIONS, Entity, MappingError

_ANY = tuple(Entity)
_SPEND_DIMENSIONS = ("channel", "source", "medium", "campaign", "content", "outlet")
_ENDS = (Entity.DEAL, Entity.LEAD, Entity.ACCOUNT)


class Rules:
    """Compiles the rules of one file."""

    def __init__(self, file: GenericFile) -> None:
        self._file = file
        self._time = file.time if isinstance(file.time, TimeSpec) else None

    def compiled(self) -> tuple[list[Rule], list[str]]:
        """The rules, and a line for each that is wrong."""
        rules, problems = [], []
        for number, spec in enumerate(self._file.rules):
            try:
                rules.append(self._rule(f"rules[{number}]", spec))
            except MappingError as error:
                problems.append(str(error))
        return rules, problems

    def _rule(self, where: str, spec: RuleSpec) -> Rule:
        actions = list(self._actions(where, spec))
        if not actions:
            raise MappingError(f"{where}: it says nothing; give it one of {', '.join(_ACTIONS)}")
        return Rule(
            label=f"{where} ({spec.name})" if spec.name else where,
            when=_expression(f"{where}.when", spec.when),
            time=self._moment(f"{where}.time", spec.time),
            actions=actions,
        )

    def _actions(self, where: str, spec: RuleSpec) -> Iterator[Action]:
        if spec.record is not None:
            yield self._record(f"{where}.record", spec.record)
        if spec.stage is not None:
            yield self._stage(f"{where}.stage", spec.stage)
        if spec.touchpoint is not None:
            yield self._touchpoint(f"{where}.touchpoint", spec.touchpoint)
        if spec.activity is not None:
            yield self._activity(f"{where}.activity", spec.activity)
        if spec.link is not None:
            yield self._link(f"{where}.link", spec.link)
        if spec.spend is not None:
            yield self._spend(f"{where}.spend", spec.spend)

    def _record(self, where: str, spec: RecordSpec) -> Action:
        tells = Word(f"{where}.tells", spec.tells)
        _check_one_of(tells, Tells)
        _check_tells(where, tells.fixed, spec)
        entities = (Entity.LEAD,) if tells.fixed == Tells.ERASED else _ANY
        object_ = self._object(where, spec.object, entities)
        fields: Expression | dict[str, Value] | None
        if isinstance(spec.fields, dict):
            fields = {name: Value(f"{where}.fields.{name}", one) for name, one in spec.fields.items()}
        else:
            fields = _expression(f"{where}.fields", spec.fields)
        return RecordAction(
            object_=object_,
            id_=Value(f"{where}.id", spec.id),
            tells=tells,
            fields=fields,
            created=self._moment(f"{where}.created", spec.created),
            absorbed=optional(f"{where}.absorbed", spec.absorbed),
        )

    def _stage(self, where: str, spec: StageSpec) -> Action:
        object_ = self._object(where, spec.object, (Entity.LEAD, Entity.DEAL))
        stage = Word(f"{where}.stage", spec.stage)
        if stage.fixed and object_.fixed:
            is_deal = self._file.objects[object_.fixed].entity is Entity.DEAL
            rows = self._file.deal_stages if is_deal else self._file.lifecycle_stages
            key = "deal_stages" if is_deal else "lifecycle_stages"
            _check_known(stage.where, stage.fixed, [row.id for row in rows], f"`{key}` has no row")
        return StageAction(
            object_=object_, id_=Value(f"{where}.id", spec.id), stage=stage, asserted=spec.asserted
        )

    def _touchpoint(self, where: str, spec: TouchpointSpec) -> Action:
        dimensions = _dimensions(where, spec, TOUCH_DIMENSIONS)
        if not dimensions:
            raise MappingError(f"{where}: it names none of {', '.join(TOUCH_DIMENSIONS)}")
        object_ = self._object(where, spec.object, (Entity.LEAD,))
        return TouchpointAction(object_=object_, id_=Value(f"{where}.id", spec.id), dimensions=dimensions)

    def _activity(self, where: str, spec: ActivitySpec) -> Action:
        kind = Word(f"{where}.kind", spec.kind)
        if kind.fixed is not None:
            known = [*(row.id for row in self._file.activities), *ActivityKind]
            _check_known(kind.where, kind.fixed, known, "neither a row of `activities` nor a kind of ours is")
        direction = None if spec.direction is None else Word(f"{where}.direction", spec.direction)
        if direction is not None:
            _check_one_of(direction, Direction)
        return ActivityAction(
            object_=self._object(where, spec.object, (Entity.LEAD,)),
            id_=Value(f"{where}.id", spec.id),
            kind=kind,
            direction=direction,
            automatic=optional_flag(f"{where}.automatic", spec.automatic),
            done=optional_flag(f"{where}.done", spec.done),
            outcome=optional(f"{where}.outcome", spec.outcome),
            owner=optional(f"{where}.owner", spec.owner),
            personal={name: Value(f"{where}.personal.{name}", one) for name, one in spec.personal.items()},
        )

    def _link(self, where: str, spec: LinkSpec) -> Action:
        given = {entity: end for entity in _ENDS if (end := getattr(spec, entity)) is not None}
        if len(given) != 2:  # noqa: PLR2004 - a link has two ends
            raise MappingError(f"{where}: it links exactly two of {', '.join(_ENDS)}")
        return LinkAction(
            ends={entity: self._end(f"{where}.{entity}", entity, end) for entity, end in given.items()},
            role=optional(f"{where}.role", spec.role),
            primary=optional_flag(f"{where}.primary", spec.primary),
            removed=optional_flag(f"{where}.removed", spec.removed),
        )

    def _end(self, where: str, entity: Entity, end: str | EndSpec) -> tuple[Word, Value]:
        if isinstance(end, EndSpec) and end.object is not None:
            return self._object(where, end.object, (entity,)), Value(f"{where}.id", end.id)
        named = [name for name, rules in self._file.objects.items() if rules.entity is entity]
        if len(named) != 1:
            those = f": {', '.join(named)}" if named else ""
            raise MappingError(
                f"{where}: `objects` has {len(named)} objects that are a {entity}{those};"
                " write {object: …, id: …}"
            )
        return Word(where, named[0]), Value(where, end.id if isinstance(end, EndSpec) else end)

    def _spend(self, where: str, spec: SpendSpec) -> Action:
        start = self._moment(f"{where}.from", spec.from_)
        assert start is not None  # noqa: S101 - the struct wants one
        row = f"{where}.row"
        kind = None if spec.row.kind is None else Word(f"{row}.kind", spec.row.kind)
        if kind is not None:
            _check_one_of(kind, SpendKind)
        return SpendAction(
            account=Value(f"{where}.account", spec.account),
            start=start,
            end=self._moment(f"{where}.to", spec.to),
            rows=_expression(f"{where}.rows", spec.rows),
            row=RowReader(
                amount=Value(f"{row}.amount", spec.row.amount),
                currency=optional(f"{row}.currency", spec.row.currency),
                start=self._moment(f"{row}.from", spec.row.from_),
                end=self._moment(f"{row}.to", spec.row.to),
                dimensions=_dimensions(row, spec.row, _SPEND_DIMENSIONS),
                kind=kind,
            ),
        )

    def _object(self, where: str, given: str | Origin, entities: Sequence[Entity]) -> Word:
        word = Word(f"{where}.object", given)
        if word.fixed is not None:
            known = [name for name, rules in self._file.objects.items() if rules.entity in entities]
            wanted = "" if len(entities) == len(_ANY) else f" that is a {' or '.join(entities)}"
            _check_known(word.where, word.fixed, known, f"`objects` has none{wanted}")
        return word

    def _moment(self, where: str, given: Time | None) -> Moment | None:
        return None if given is None else Moment(where, given, self._time)


def _expression(where: str, text: str | None) -> Expression | None:
    return None if text is None else Expression(where, text)


def _dimensions(where: str, spec: msgspec.Struct, names: Sequence[str]) -> dict[str, Value]:
    given = {name: getattr(spec, name) for name in names}
    return {name: Value(f"{where}.{name}", one) for name, one in given.items() if one is not None}


def _check_tells(where: str, tells: str | None, spec: RecordSpec) -> None:
    if tells == Tells.MERGED and spec.absorbed is None:
        raise MappingError(f"{where}.absorbed: missing; it names what was merged into the record")
    if tells is None:
        if spec.absorbed is None and isinstance(spec.tells, Origin) and Tells.MERGED in _may_be(spec.tells):
            raise MappingError(f"{where}.absorbed: missing; `tells` may say that records were merged")
        return
    told = {Tells.CREATED, Tells.CHANGED, Tells.STATE}
    for name, given, goes_with in (
        ("fields", spec.fields, told),
        ("created", spec.created, {Tells.STATE}),
        ("absorbed", spec.absorbed, {Tells.MERGED}),
    ):
        if given is not None and tells not in goes_with:
            raise MappingError(f"{where}.{name}: it goes with tells: {', '.join(sorted(goes_with))}")


def _may_be(given: Origin) -> set[str]:
    return set(getattr(given, "values", {}).values()) | {str(getattr(given, "default", None))}


def _check_one_of(word: Word, known: type[Tells | Direction | SpendKind]) -> None:
    if word.fixed is not None:
        _check_known(word.where, word.fixed, list(known), "there is none")


def _check_known(where: str, given: str, known: Sequence[str], rule: str) -> None:
    if given in known:
        return
    near = get_close_matches(given, known, n=1, cutoff=0.5)
    if near:
        hint = f"did you mean {str(near[0])!r}?"
    else:
        hint = f"known here: {', '.join(known) or 'none'}; if the item names it write {{from: {given}}}"
    raise MappingError(f"{where}: {rule} called {given!r}; {hint}")


_ACTIONS = ("record", "stage", "touchpoint", "activity", "link", "spend")
