"""A mapping file of kind `generic` as typed structs: the shared mapping, and rules over any JSON value.

Where a value is wanted a plain string is a JMESPath expression; where a word of the file itself is wanted
(an object, a stage, what a rule tells) a plain string is that word.
"""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from leadtrace_ingest.senders.imported.file_spec import FileSpec
from leadtrace_ingest.senders.mapping.file import MappingFile, Name, ObjectRules, Strict

GENERIC = "generic"

Expression = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


class Precision(StrEnum):
    """How exactly a time is known: it stands for any moment of the interval that it names."""

    AUTO = "auto"
    EXACT = "exact"
    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class Tells(StrEnum):
    """What an item tells of a record."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    RESTORED = "restored"
    ERASED = "erased"
    MERGED = "merged"
    STATE = "state"
    NOTHING = "nothing"


class Origin(Strict, frozen=True, kw_only=True):
    """Where a value stands: exactly one of the three.

    `expression` is JMESPath, `column` a name at the top of the item taken as it is, `text` a text in which
    `{…}` are expressions.
    """

    expression: Expression | None = msgspec.field(default=None, name="from")
    column: Name | None = None
    text: Annotated[str, msgspec.Meta(max_length=2_000)] | None = None


class ValueSpec(Origin, frozen=True, kw_only=True):
    """A value; `values` renames what stands there, `default` is taken where nothing stands."""

    values: dict[str, str] = msgspec.field(default_factory=dict)
    default: str | None = None


class TimeSpec(Origin, frozen=True, kw_only=True):
    """A time; what it leaves out it takes from the file's own `time`.

    `format` is `auto`, `iso`, `epoch_s`, `epoch_ms` or a pattern of strptime, or several that are tried in
    turn; `zone` holds for times without an offset.
    """

    format: str | list[str] | None = None
    zone: str | None = None
    precision: Precision | None = None


Value = Expression | ValueSpec
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=255)] | ValueSpec
Time = Expression | TimeSpec


class RecordSpec(Strict, frozen=True, kw_only=True):
    """What an item tells of a record of the CRM, or of several if `id` gives a list.

    `fields` gives an object with all of them, or names each by its key in `objects`. `created` is when a
    record was made that is told as it stands, `absorbed` the ids that were merged into it.
    """

    object: Word
    id: Value
    tells: Word
    fields: Expression | dict[str, Value] | None = None
    created: Time | None = None
    absorbed: Value | None = None


class StageSpec(Strict, frozen=True, kw_only=True):
    """A record stood at a stage of the CRM at the rule's time; `asserted` unless the change was seen."""

    object: Word
    id: Value
    stage: Word
    asserted: bool = True


class TouchpointSpec(Strict, frozen=True, kw_only=True):
    """A marketing interaction of one lead, or of each if `id` gives a list."""

    object: Word
    id: Value
    channel: Value | None = None
    source: Value | None = None
    medium: Value | None = None
    campaign: Value | None = None
    content: Value | None = None
    outlet: Value | None = None
    form: Value | None = None
    partner: Value | None = None
    page: Value | None = None
    signal: Value | None = None


class ActivitySpec(Strict, frozen=True, kw_only=True):
    """What somebody did with a lead; `kind` is looked up in `activities`, else it is one of our own."""

    object: Word
    id: Value
    kind: Word
    direction: Word | None = None
    automatic: bool | Value | None = None
    done: bool | Value | None = None
    outcome: Value | None = None
    owner: Value | None = None
    personal: dict[str, Value] = msgspec.field(default_factory=dict)


class EndSpec(Strict, frozen=True, kw_only=True):
    """One end of a link; `object` may be left out if the file has one object of that entity only."""

    id: Value
    object: Word | None = None


class LinkSpec(Strict, frozen=True, kw_only=True):
    """Two records belong together, or no longer: exactly two of deal, lead and account."""

    deal: Expression | EndSpec | None = None
    lead: Expression | EndSpec | None = None
    account: Expression | EndSpec | None = None
    role: Value | None = None
    primary: bool | Value | None = None
    removed: bool | Value | None = None


class SpendRowSpec(Strict, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Where the parts of a row of spend stand; days that it leaves out are those of the whole posting."""

    amount: Value
    currency: Value | None = None
    from_: Time | None = None
    to: Time | None = None
    channel: Value | None = None
    source: Value | None = None
    medium: Value | None = None
    campaign: Value | None = None
    content: Value | None = None
    outlet: Value | None = None
    kind: Word | None = None


class SpendSpec(Strict, frozen=True, kw_only=True, rename={"from_": "from"}):
    """All that was spent in a scope; without `rows` the item itself is the one row."""

    account: Value
    from_: Time
    to: Time | None = None
    rows: Expression | None = None
    row: SpendRowSpec


class RuleSpec(Strict, frozen=True, kw_only=True):
    """What items are where `when` holds; with a `time` of its own it says nothing where that is empty."""

    name: Name | None = None
    when: Expression | None = None
    time: Time | None = None
    record: RecordSpec | None = None
    stage: StageSpec | None = None
    touchpoint: TouchpointSpec | None = None
    activity: ActivitySpec | None = None
    link: LinkSpec | None = None
    spend: SpendSpec | None = None


class GenericFile(MappingFile, frozen=True, kw_only=True):
    """The whole file.

    `shared` are values of a body that each of its items gets under that name. `delivery` names the fields
    that a retry may change, as a name or a path with dots. `file` says how files with such rows are written.
    """

    kind: Literal["generic"] = "generic"
    objects: dict[str, ObjectRules] = msgspec.field(default_factory=dict)
    items: Expression | None = None
    shared: dict[str, Expression] = msgspec.field(default_factory=dict)
    source: Value | None = None
    id: Value | None = None
    comparable: Expression | None = None
    delivery: list[Name] = msgspec.field(default_factory=list)
    time: Time | None = None
    sequence: Value | None = None
    actor: Value | None = None
    ignore: Expression | None = None
    file: FileSpec = FileSpec()
    rules: Annotated[list[RuleSpec], msgspec.Meta(min_length=1)]
