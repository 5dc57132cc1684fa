"""Which account a lead's own score says it is of, and when it says that the lead last was active."""

import msgspec

from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.schedule import Reign, Schedule
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.history_fold import HistoryFold
from leadtrace.domain.scoring.state import encode_state
from tests.unit.domain.scoring.scored import DAY_US, START_US, known, score, shipped, touch


def without_accounts() -> Definitions:
    card = msgspec.structs.replace(shipped().scorecard, account=None)
    return msgspec.structs.replace(shipped(), scorecard=card, version=2)


def test_an_account_is_named_as_conditions_compare_it() -> None:
    body = score(known(company_domain=" Acme.Example "), touch(1, channel="direct"), touch(3))
    assert (body.account, body.touched_at) == ("acme.example", START_US + 3 * DAY_US)


def test_nobody_is_of_an_account_that_nothing_names() -> None:
    body = score(touch(channel="direct"))
    assert (body.account, body.touched_at) == (None, START_US)
    for value in (None, "", "  ", "a" * 256, "a\x00b"):
        moved = score(known(0, company_domain="acme.example"), known(1, company_domain=value))
        assert moved.account is None, value


def test_a_lead_that_changes_its_company_takes_its_last_touch_along() -> None:
    body = score(known(company_domain="a.example"), touch(1), known(2, company_domain="b.example"))
    assert (body.account, body.touched_at) == ("b.example", START_US + DAY_US)


def test_who_asks_us_to_stop_is_not_looking() -> None:
    body = score(touch(1, channel="direct"), touch(2, signal="unsubscribe"))
    assert body.touched_at == START_US + DAY_US


def test_who_is_ruled_out_is_nobody_of_its_company() -> None:
    body = score(known(company_domain="rival.example"), touch(1, channel="direct"))
    assert body.account is None
    assert score(known(company_domain="acme.example"), touch(1)).account == "acme.example"


def test_definitions_without_accounts_remember_nothing_of_them() -> None:
    fold = ScoreFold(without_accounts())
    state, _ = refold(fold, [known(company_domain="acme.example"), touch(1, channel="direct")])
    assert (state.member_of, state.touched_at) == (None, None)
    assert b"acme.example" not in encode_state(state)
    assert fold.render(state, lead_id="lead").account is None


def test_the_version_in_force_says_whether_there_are_accounts() -> None:
    facts = [known(company_domain="acme.example"), touch(1, channel="direct")]
    for current, before, account in (
        (shipped(), without_accounts(), "acme.example"),
        (without_accounts(), shipped(), None),
    ):
        fold = HistoryFold(Schedule(current, START_US + 2 * DAY_US, (Reign(before),)))
        state, _ = refold(fold, facts)
        assert fold.render(state, lead_id="lead").account == account
