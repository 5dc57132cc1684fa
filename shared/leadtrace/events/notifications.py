"""What attribution tells people and systems outside of, by webhook: the closed list of kinds."""

from enum import StrEnum


class NotificationKind(StrEnum):
    """What happened to a lead that somebody outside has to know."""

    LEAD_QUALIFIED = "lead.qualified"
    HANDOVER_OFFERED = "handover.offered"
    HANDOVER_AT_RISK = "handover.at_risk"
    HANDOVER_BREACHED = "handover.breached"
    HANDOVER_WITHDRAWN = "handover.withdrawn"
    OUTCOME_OVERDUE = "outcome.overdue"


# Those that ask for an answer, which a person without a CRM gives by a link.
ANSWERABLE = frozenset(
    {
        NotificationKind.HANDOVER_OFFERED,
        NotificationKind.HANDOVER_AT_RISK,
        NotificationKind.HANDOVER_BREACHED,
    }
)
