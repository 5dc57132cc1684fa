"""Scores by example, on the shipped definitions."""

import msgspec
import pytest

from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.frozen import period
from leadtrace.domain.scoring.render import qualification_hash
from leadtrace.domain.scoring.state import decode_state, encode_state
from leadtrace.events.lead import LeadOwnerChanged, LeadStageChanged, Stage
from leadtrace.events.snapshots import LeadScore
from tests.unit.domain.scoring.scored import (
    DAY_US,
    START_US,
    fact,
    fold,
    known,
    points,
    score,
    shipped,
    touch,
)

NOBODY = {
    "company": -5000,
    "seniority": 3000,
    "function": 2000,
    "size": 3000,
    "industry": 2000,
    "region": 1000,
}
GOOD = {"company_domain": "acme.example", "seniority": "vp", "function": "marketing"}


def before_disqualifiers(body: LeadScore) -> int:
    """The sum of the fit rules alone."""
    return sum(row.millipoints for row in body.fit_contributions if not row.rule.startswith("disqualifier:"))


class TestFit:
    def test_what_is_not_known_has_its_own_points(self) -> None:
        body = score(fact(LeadOwnerChanged(owner="o")))
        assert points(body.fit_contributions) == NOBODY
        assert body.fit == sum(NOBODY.values())
        assert {row.rule for row in body.fit_contributions} == {rule.id for rule in shipped().scorecard.fit}

    def test_the_first_case_that_holds_counts_and_says_why(self) -> None:
        body = score(known(seniority=" VP ", employees="50", country="Brasil"))
        said = {row.rule: (row.millipoints, row.because) for row in body.fit_contributions}
        assert said["seniority"] == (15000, "decides about budgets")
        assert said["size"] == (10000, "the size we serve best")
        assert said["region"] == (5000, "a country with a sales team")
        assert said["budget"] == (0, "budget is not known")

    @pytest.mark.parametrize(
        ("employees", "millipoints", "because"),
        [
            ("9", 0, "employees is something else"),
            ("many", 0, "employees is something else"),
            ("NaN", 0, "employees is something else"),
            ("10", 6000, "employees is at least 10"),
            ("4999.9", 10000, "the size we serve best"),
            ("5e3", 5000, "large; buys slowly"),
        ],
    )
    def test_numbers_compare_as_numbers(self, employees: str, millipoints: int, because: str) -> None:
        (row,) = [row for row in score(known(employees=employees)).fit_contributions if row.rule == "size"]
        assert (row.millipoints, row.because) == (millipoints, because)

    def test_a_later_value_replaces_an_earlier_one_and_a_cleared_one_is_unknown(self) -> None:
        assert points(score(known(industry="Retail")).fit_contributions)["industry"] == 5000
        changed = score(known(industry="Retail"), known(1, industry="mining"))
        assert "industry" not in points(changed.fit_contributions)
        for cleared in (None, "", "  "):
            body = score(known(1, industry=cleared), known(industry="Information_Technology"))
            assert points(body.fit_contributions)["industry"] == 2000

    def test_a_disqualifier_takes_all_fit_and_every_verdict(self) -> None:
        good = [known(**GOOD), touch(1, channel="referral")]
        assert score(*good).band == "warm"
        body = score(*good, known(2, company_domain="Rival.example"))
        assert points(body.fit_contributions)["disqualifier:competitor"] == -before_disqualifiers(body)
        assert (body.fit, body.band) == (0, "cold")
        assert all("disqualifier:competitor" in row.failed for row in body.qualifications[-2:])
        again = score(
            *good, known(2, company_domain="rival.example"), known(3, company_domain="acme.example")
        )
        assert (again.fit, again.band) == (score(*good).fit, "warm")


class TestIntent:
    def test_points_halve_with_the_half_life(self) -> None:
        for days, left in ((0, 12000), (30, 6000), (60, 3000), (15, 8485), (45, 4243)):
            body = score(touch(channel="referral"), fact(LeadOwnerChanged(), day=days, number=1))
            assert points(body.intent_contributions) == ({"referral": left})
            assert body.intent == left

    def test_caps_of_signal_and_group_are_contributions_of_their_own(self) -> None:
        body = score(
            *(touch(0, n, channel="organic_search") for n in range(3)),
            touch(0, 9, channel="direct_traffic"),
        )
        assert points(body.intent_contributions) == {"search": 30000, "cap:search": -10000, "direct": 8000}
        more = score(
            *(touch(day, channel="organic_search") for day in (0, 1)),
            *(touch(day, 1, channel="direct_traffic") for day in (0, 1)),
        )
        assert points(more.intent_contributions)["cap:group:visits"] < 0
        assert more.intent == 30000

    def test_a_day_brings_no_more_than_its_cap(self) -> None:
        one_day = score(*(touch(hour / 24, channel="referral", signal="demo_request") for hour in (1, 2)))
        rows = points(one_day.intent_contributions)
        assert rows["cap:day:demo_request"] + rows["cap:day:referral"] == pytest.approx(-44000, abs=60)
        assert one_day.intent <= 40000
        two_days = score(*(touch(day, channel="referral", signal="demo_request") for day in (0, 1)))
        assert points(two_days.intent_contributions)["cap:demo_request"] < 0

    def test_a_once_only_signal_counts_its_first_touch(self) -> None:
        body = score(touch(signal="form_submission"), touch(60, signal="form_submission"))
        assert points(body.intent_contributions) == {"first_form": 2500}

    def test_a_signal_may_take_points_away(self) -> None:
        body = score(touch(signal="Unsubscribe"))
        assert points(body.intent_contributions) == {"unsubscribed": -15000}
        assert body.intent == -15000

    @pytest.mark.parametrize(
        ("page", "counts"),
        [
            ("/pricing", True),
            ("/Preise/enterprise", True),
            ("https://www.acme.example/pricing?x=1", True),
            ("https://www.acme.example", False),
            ("/blog/pricing", False),
        ],
    )
    def test_pages_count_by_the_start_of_their_path(self, page: str, counts: bool) -> None:
        assert ("pricing_page" in points(score(touch(page=page)).intent_contributions)) == counts

    def test_touches_beyond_ten_thousand_are_only_counted(self) -> None:
        state = fold().initial()
        for number in range(10_000):
            fold().step(state, touch(number / 1000, number, channel="direct_traffic"))
        before = fold().render(state, lead_id="lead")
        fold().step(state, touch(30, channel="referral"))
        assert fold().render(state, lead_id="lead") == before
        assert state.touches == 10_001
        fold().step(state, known(31, **GOOD))
        assert fold().render(state, lead_id="lead").fit > before.fit


class TestBandsAndGrades:
    def test_a_band_is_kept_until_the_lower_threshold(self) -> None:
        facts = [
            known(**GOOD, employees="50", country="DE", buying_role="budget_holder"),
            touch(channel="referral"),
        ]
        body = score(*facts)
        assert (body.fit + body.intent, body.band) == (69000, "hot")
        later = score(*facts, fact(LeadOwnerChanged(), day=90))
        assert (later.fit + later.intent, later.band) == (58500, "hot")
        said = [((point.at - START_US) // DAY_US, point.band) for point in later.timeline]
        # 12 points halve in 30 days: at the 18th midnight they are below the 8 that an SQL needs.
        assert said == [(0, "hot"), (18, "hot"), (90, "hot")]

    @pytest.mark.parametrize(
        ("properties", "dimensions", "grade"),
        [
            ({}, {}, "C3"),
            ({}, {"signal": "demo_request"}, "C1"),
            (GOOD, {"channel": "direct_traffic"}, "A2"),
            ({"company_domain": "acme.example"}, {"channel": "email"}, "B3"),
        ],
    )
    def test_grades(self, properties: dict[str, str], dimensions: dict[str, str], grade: str) -> None:
        assert score(known(**properties), touch(**dimensions)).grade == grade


class TestQualification:
    def test_verdicts_name_what_fails_and_keep_each_change(self) -> None:
        body = score(
            known(**GOOD),
            touch(1, channel="referral"),
            fact(LeadStageChanged(stage=Stage.SALES_QUALIFIED, claimed="SQL"), day=2),
            fact(LeadOwnerChanged(), day=60),
        )
        # Since the midnight of the 19th day, not since somebody happened to touch the record.
        said = [
            (row.stage, (row.at - START_US) // DAY_US, row.holds, row.failed) for row in body.qualifications
        ]
        assert said == [
            ("mql", 0, False, ("touched",)),
            ("sql", 0, False, ("is_mql", "accepted_by_sales", "in_demand")),
            ("mql", 1, True, ()),
            ("sql", 1, False, ("accepted_by_sales",)),
            ("sql", 2, True, ()),
            ("sql", 19, False, ("in_demand",)),
        ]

    def test_a_claim_beside_the_ladder_reaches_no_rung(self) -> None:
        body = score(fact(LeadStageChanged(stage=Stage.LOST, claimed="Lost")))
        assert "accepted_by_sales" in body.qualifications[-1].failed

    def test_attribution_hears_of_bands_and_verdicts_only(self) -> None:
        facts = [known(**GOOD), touch(1, channel="referral")]
        body, same = score(*facts), score(*facts, fact(LeadOwnerChanged(), day=2))
        assert body != same
        assert qualification_hash(body) == qualification_hash(same)
        assert qualification_hash(score(known(**GOOD))) != qualification_hash(body)

    def test_attribution_hears_of_verdicts_by_earlier_versions_too(self) -> None:
        body = score(known(**GOOD), touch(1, channel="referral"))
        before = period(body.definition, body.timeline, body.qualifications, since=0, until=None)
        frozen = msgspec.structs.replace(body, frozen=(before,))
        pointless = msgspec.structs.replace(body, frozen=(msgspec.structs.replace(before, timeline=()),))
        assert qualification_hash(frozen) == qualification_hash(pointless) != qualification_hash(body)

    def test_history_beyond_its_bound_is_counted(self) -> None:
        body = score(*(known(day, company_domain=("acme.example", None)[day % 2]) for day in range(300)))
        assert (len(body.timeline), body.timeline_omitted) == (200, 100)
        assert len(body.qualifications) == 64
        assert body.qualifications_omitted == 300 + 1 - 64


class TestFold:
    def test_the_empty_set_is_judged_at_no_moment(self) -> None:
        body = score()
        assert (body.at, body.band, body.grade) == (0, "cold", "C3")
        assert not body.timeline
        assert not body.qualifications
        assert body.definition.id == "default"

    def test_what_is_rendered_carries_what_the_service_says(self) -> None:
        body = fold().absorbed(lead_id="b", redirect_to="a")
        assert (body.lead_id, body.redirect_to) == ("b", "a")

    def test_a_state_survives_being_stored(self) -> None:
        state, _ = refold(fold(), [known(**GOOD), touch(channel="referral", signal="demo_request")])
        assert decode_state(encode_state(state)) == state

    def test_other_definitions_make_another_version(self) -> None:
        assert ScoreFold(msgspec.structs.replace(shipped(), version=2)).version != fold().version
        assert ScoreFold(shipped()).version == fold().version < 2**31

    def test_an_update_without_properties_and_a_stage_without_a_value_only_judge(self) -> None:
        bare = fact(LeadStageChanged(stage=Stage.LEAD, claimed="x"))
        state = fold().initial()
        fold().step(state, known())
        fold().step(state, msgspec.structs.replace(bare, values=()))
        assert state.rung == -1
        assert state.at == START_US
