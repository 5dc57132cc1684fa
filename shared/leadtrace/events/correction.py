"""What was told and was wrong: the event stays, and this says of it that it counts no more."""

from enum import StrEnum

import msgspec


class Declaration(StrEnum):
    """What is wrong with an event, in the words of EPCIS: all of it, or what it says."""

    DID_NOT_OCCUR = "did_not_occur"
    INCORRECT_DATA = "incorrect_data"


class EventCorrected(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event of this record was told in error; it counts no more.

    `event` is the id of that event, `corrects` its type's name such as `deal.won` (of a correction that of
    what it corrected), `source` its source where it is not that of the record. `corrective` are the ids of
    the events that tell it as it was. Of several corrections of one event the one recorded last wins;
    correcting a correction takes it back.
    """

    event: str
    corrects: str
    declaration: Declaration
    reason: str | None = None
    corrective: tuple[str, ...] = ()
    source: str | None = None
    actor: str | None = None
