"""What scoring keeps of each event, and what it never looks at."""

import msgspec
import pytest

from leadtrace.domain.fact import Value
from leadtrace.domain.scoring.extract import extract
from leadtrace.events.catalogue import Code
from leadtrace.events.deal import DealWon
from leadtrace.events.lead import (
    Acquisition,
    LeadCaptured,
    LeadDeleted,
    LeadOwnerChanged,
    LeadStageChanged,
    LeadUpdated,
    Stage,
)
from leadtrace.events.personal import Personal
from leadtrace.events.touchpoint import TouchpointRecorded

PERSONAL = Personal(
    email="secret@acme.example", phone="+491234", first_name="Secret", other={"note": "secret"}
)


@pytest.mark.parametrize(
    ("code", "data", "values"),
    [
        (Code.LEAD_CAPTURED, LeadCaptured(), ()),
        (
            Code.LEAD_CAPTURED,
            LeadCaptured(
                acquisition=Acquisition(channel="email", form="f"), properties={"industry": "retail"}
            ),
            ("acquisition_channel", "email", "industry", "retail"),
        ),
        (Code.LEAD_UPDATED, LeadUpdated(properties={"a": None, "b": ""}), ("a", None, "b", "")),
        (Code.LEAD_STAGE_CHANGED, LeadStageChanged(stage=Stage.SALES_QUALIFIED, claimed="SQL"), ("sql",)),
        (
            Code.LEAD_STAGE_CHANGED,
            LeadStageChanged(stage=Stage.SALES_QUALIFIED, claimed="SQL", asserted=True),
            ("sql", 1),
        ),
        (
            Code.TOUCHPOINT_RECORDED,
            TouchpointRecorded(channel="email", page="/p", signal="s"),
            ("email", None, None, None, None, None, None, None, "/p", "s"),
        ),
        (Code.LEAD_OWNER_CHANGED, LeadOwnerChanged(owner="o"), ()),
        (Code.LEAD_DELETED, LeadDeleted(), ()),
        (Code.DEAL_WON, DealWon(claimed="won"), ()),
    ],
)
def test_extract_keeps_what_the_fold_reads(
    code: Code, data: msgspec.Struct, values: tuple[Value, ...]
) -> None:
    assert extract(code, data) == values


@pytest.mark.parametrize(
    ("code", "kind"), [(Code.LEAD_CAPTURED, LeadCaptured), (Code.LEAD_UPDATED, LeadUpdated)]
)
def test_extract_never_reads_the_personal_block(
    code: Code, kind: type[LeadCaptured] | type[LeadUpdated]
) -> None:
    values = extract(code, kind(properties={"industry": "retail"}, personal=PERSONAL))
    assert values == extract(code, kind(properties={"industry": "retail"}))
    assert "ecret" not in repr(values)
