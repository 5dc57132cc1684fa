"""The HubSpot mapping file as typed structs; a mistake in it is told by file, key and rule."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from leadtrace.events.lead import Stage

DIMENSIONS = ("channel", "source", "medium", "campaign", "content", "outlet", "form", "partner")
TOUCH_DIMENSIONS = (*DIMENSIONS, "page", "signal")
IGNORED = "ignored"
_STAGE_PATTERN = f"^({'|'.join((*Stage, IGNORED))})$"


class MappingError(ValueError):
    """The mapping file cannot be used; the message names file, key and rule."""


class Meaning(StrEnum):
    """What a property of a contact or deal stands for."""

    PROPERTY = "property"
    PERSONAL = "personal"
    ACQUISITION = "acquisition"
    TOUCHPOINT = "touchpoint"
    STAGE = "stage"
    OWNER = "owner"
    AMOUNT = "amount"
    CURRENCY = "currency"
    IGNORED = "ignored"


CONTACT_MEANINGS = frozenset(Meaning) - {Meaning.AMOUNT, Meaning.CURRENCY}
DEAL_MEANINGS = frozenset(Meaning) - {Meaning.ACQUISITION, Meaning.TOUCHPOINT, Meaning.OWNER}
NAMED_MEANINGS = frozenset({Meaning.PROPERTY, Meaning.PERSONAL, Meaning.ACQUISITION, Meaning.TOUCHPOINT})


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


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown keys are mistakes."""


class PropertyRule(_Strict, frozen=True):
    """What one property means; `name` is the canonical name where the meaning takes one."""

    means: Meaning
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = msgspec.field(
        default=None, name="as"
    )
    touchpoint: bool = False
    derive: Derivation | None = None


class _Dated(_Strict, frozen=True):
    """A row that holds from `from` (inclusive) until `until` (exclusive), days in UTC."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    valid_from: date | None = msgspec.field(default=None, name="from")
    until: date | None = None


class LifecycleRow(_Dated, frozen=True, kw_only=True):
    """A lifecycle stage of the portal."""

    stage: Annotated[str, msgspec.Meta(pattern=_STAGE_PATTERN)] = msgspec.field(name="is")


class DealStageRow(_Dated, frozen=True, kw_only=True):
    """A deal stage of the portal."""

    verdict: DealVerdict = msgspec.field(name="is")


class WordRow(_Strict, frozen=True):
    """A class and the words that show it."""

    value: str = msgspec.field(name="is")
    words: list[str]


class MappingFile(_Strict, frozen=True, kw_only=True):
    """The whole file."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]*$")]
    version: Annotated[int, msgspec.Meta(ge=1)]
    default_currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | None = None
    contact: dict[str, PropertyRule]
    deal: dict[str, PropertyRule]
    lifecycle_stages: list[LifecycleRow]
    deal_stages: list[DealStageRow]
    channels: dict[str, str] = {}
    free_mail: list[str] = []
    seniority: list[WordRow] = []
    function: list[WordRow] = []


def read_mapping_file(path: Path) -> MappingFile:
    """The file's contents, checked.

    Raises:
        MappingError: the file cannot be read or breaks a rule.
    """
    try:
        file = msgspec.yaml.decode(path.read_bytes(), type=MappingFile)
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}: {error}") from error
    problems = [*_property_problems(file), *_overlaps("lifecycle_stages", file.lifecycle_stages)]
    problems += _overlaps("deal_stages", file.deal_stages)
    if problems:
        raise MappingError("\n".join(f"{path}: {problem}" for problem in problems))
    return file


def _property_problems(file: MappingFile) -> list[str]:
    problems = []
    for group, rules, allowed in (
        ("contact", file.contact, CONTACT_MEANINGS),
        ("deal", file.deal, DEAL_MEANINGS),
    ):
        for name, rule in rules.items():
            problems += [f"{group}.{name}: {text}" for text in _rule_problems(rule, allowed)]
    return problems


def _rule_problems(rule: PropertyRule, allowed: frozenset[Meaning]) -> list[str]:
    problems = []
    if rule.means not in allowed:
        problems.append(f"means must be one of {', '.join(sorted(allowed))}")
    if (rule.means in NAMED_MEANINGS) != (rule.name is not None):
        problems.append(
            f"`as` {'is missing' if rule.name is None else f'says nothing with means: {rule.means}'}"
        )
    if rule.means is Meaning.ACQUISITION and rule.name not in DIMENSIONS:
        problems.append(f"`as` must be one of {', '.join(DIMENSIONS)}")
    if rule.means is Meaning.TOUCHPOINT and rule.name not in TOUCH_DIMENSIONS:
        problems.append(f"`as` must be one of {', '.join(TOUCH_DIMENSIONS)}")
    if rule.touchpoint and rule.means is not Meaning.ACQUISITION:
        problems.append("`touchpoint` goes with means: acquisition")
    if rule.derive is not None and rule.means is not Meaning.PERSONAL:
        problems.append("`derive` goes with means: personal")
    return problems


def _overlaps(key: str, rows: list[LifecycleRow] | list[DealStageRow]) -> list[str]:
    problems = []
    ends: dict[str, date] = {}
    for row in sorted(rows, key=lambda row: (row.id, row.valid_from or date.min)):
        start, end = row.valid_from or date.min, row.until or date.max
        if end <= start:
            problems.append(f"{key}: the row of {row.id!r} ends before it begins")
        if row.id in ends and start < ends[row.id]:
            problems.append(f"{key}: two rows of {row.id!r} hold at the same time")
        ends[row.id] = end
    return problems
