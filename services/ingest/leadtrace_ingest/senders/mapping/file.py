"""A mapping file as typed structs."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from leadtrace.events.activity import ActivityKind
from leadtrace.events.lead import Stage
from leadtrace_ingest.senders.mapping.web import WebFile

DIMENSIONS = ("channel", "source", "medium", "campaign", "content", "outlet", "form", "partner")
TOUCH_DIMENSIONS = (*DIMENSIONS, "page", "signal")
IGNORED = "ignored"
_STAGE_PATTERN = f"^({'|'.join((*Stage, IGNORED))})$"

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class MappingError(ValueError):
    """The mapping file cannot be used; the message names file, key and rule."""


class Entity(StrEnum):
    """What the records of an object are here."""

    LEAD = "lead"
    DEAL = "deal"
    ACCOUNT = "account"


class Meaning(StrEnum):
    """What a field of a record stands for."""

    PROPERTY = "property"
    PERSONAL = "personal"
    ACQUISITION = "acquisition"
    TOUCHPOINT = "touchpoint"
    STAGE = "stage"
    OWNER = "owner"
    FLAG = "flag"
    LINK = "link"
    AMOUNT = "amount"
    CURRENCY = "currency"
    LOST_REASON = "lost_reason"
    IGNORED = "ignored"


class Derivation(StrEnum):
    """What folds may know of a personal field."""

    COMPANY_DOMAIN = "company_domain"
    JOB_TITLE = "job_title"


class DealVerdict(StrEnum):
    """What a deal stage says of the deal."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    IGNORED = "ignored"


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown keys are mistakes."""


class FieldRule(Strict, frozen=True):
    """What one field means.

    `name` is the canonical name where the meaning takes one, `to` the object that a link leads to, `values`
    names for what the sender gives as ids.
    """

    means: Meaning
    name: Name | None = msgspec.field(default=None, name="as")
    touchpoint: bool = False
    derive: Derivation | None = None
    to: Name | None = None
    values: dict[str, str] = {}


class RecordRule(Strict, frozen=True):
    """Where an object tells of a record of another one: the field that holds its id, and its object."""

    field: Name
    of: Name


class ObjectRules(Strict, frozen=True):
    """One of the sender's objects: what its records are, and what their fields mean.

    With `record` it has no records of its own, such as an event of the sender's own making.
    """

    entity: Entity = msgspec.field(name="is")
    record: RecordRule | None = None
    fields: dict[str, FieldRule] = {}


class _Dated(Strict, frozen=True):
    """A row that holds from `from` (inclusive) until `until` (exclusive), days in UTC."""

    id: Id
    valid_from: date | None = msgspec.field(default=None, name="from")
    until: date | None = None


class LifecycleRow(_Dated, frozen=True, kw_only=True):
    """A lifecycle stage of the sender."""

    stage: Annotated[str, msgspec.Meta(pattern=_STAGE_PATTERN)] = msgspec.field(name="is")


class DealStageRow(_Dated, frozen=True, kw_only=True):
    """A deal stage of the sender."""

    verdict: DealVerdict = msgspec.field(name="is")


class ActivityRow(Strict, frozen=True, kw_only=True):
    """A type of activity of the sender; `automatic` where no human does it."""

    id: Id
    kind: ActivityKind = msgspec.field(name="is")
    automatic: bool | None = None


class WordRow(Strict, frozen=True):
    """A class and the words that show it."""

    value: str = msgspec.field(name="is")
    words: list[str]


class MappingFile(Strict, frozen=True, kw_only=True):
    """The whole file."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]*$")]
    version: Annotated[int, msgspec.Meta(ge=1)]
    default_currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | None = None
    objects: dict[str, ObjectRules]
    lifecycle_stages: list[LifecycleRow] = []
    deal_stages: list[DealStageRow] = []
    activities: list[ActivityRow] = []
    channels: dict[str, str] = {}
    free_mail: list[str] = []
    seniority: list[WordRow] = []
    function: list[WordRow] = []
    web: WebFile | None = None


def read_mapping_file(path: Path) -> MappingFile:
    """The file's contents, typed; `rules.problems` says what else is wrong with them.

    Raises:
        MappingError: the file cannot be read or is not of this form.
    """
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=MappingFile)
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}: {error}") from error
