"""A rebuild tells nobody anything: while its rows are filled they know a part of everything."""

from datetime import timedelta

from leadtrace.events.lead import LeadCaptured, LeadStageChanged, Stage
from leadtrace.testing.builders import DAY_ZERO, event
from tests.integration.rebuild.scene import Scene

_TOLD = "select kind, clock, moment from attribution.notifications order by notification_no"


async def test_offers_that_were_answered_long_ago_are_not_told_page_by_page(scene: Scene) -> None:
    await scene.owner.execute("truncate attribution.notifications")
    number = 0
    for subject in ("contact/1", "contact/2", "contact/3"):
        for data in (
            LeadCaptured(),
            LeadStageChanged(Stage.MARKETING_QUALIFIED, "mql"),
            LeadStageChanged(Stage.SALES_ACCEPTED, "sal"),
        ):
            number += 1
            moment = DAY_ZERO + timedelta(hours=number)
            await scene.put(event(data, subject, number, at=moment, recorded=moment))
    await scene.settle()
    assert await scene.owner.fetch(_TOLD) == []
    for takes_over in (False, True):
        await scene["attribution"].rebuild(takes_over=takes_over, size=2)
        await scene.settle()
        assert await scene.owner.fetch(_TOLD) == []
