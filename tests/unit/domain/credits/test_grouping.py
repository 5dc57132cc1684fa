"""What channels are called: first rule, upper and lower case, what is not known, and the memory of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.grouping import Dimensions, channel_by, group_channel, group_rules
from leadtrace.domain.definitions.attribution import DIMENSIONS, ChannelGroups, ChannelRule, ChannelTest
from leadtrace.testing.attribution_terms import channel_groups

PAID = ChannelTest(dimension="medium", any_of=("CPC", " ppc "))
SOCIAL = ChannelTest(dimension="source", any_of=("facebook", "LinkedIn"))
RULES = group_rules(
    ChannelGroups(
        rules=(
            ChannelRule(channel="paid_social", when=(PAID, SOCIAL)),
            ChannelRule(channel="paid_search", when=(PAID,)),
            ChannelRule(channel="events", when=(ChannelTest(dimension="campaign", prefix="Fair_"),)),
            ChannelRule(channel="newsletter", when=(ChannelTest(dimension="content", suffix="-NL"),)),
            ChannelRule(channel="partners", when=(ChannelTest(dimension="outlet", known=True),)),
            ChannelRule(channel="tagged", when=(ChannelTest(dimension="source", has=("x", "y")),)),
            ChannelRule(channel="organic", when=(ChannelTest(dimension="channel", equals="Organic_Search"),)),
        )
    )
)


@pytest.mark.parametrize(
    ("said", "channel"),
    [
        # The rule above is asked first, though both hold.
        (("ads", "facebook", "cpc", None, None, None), "paid_social"),
        (("ads", "google", "cpc", None, None, None), "paid_search"),
        (("ads", " LINKEDIN ", "PpC", None, None, None), "paid_social"),
        (("ads", "linkedin", None, "fair_2026", None, None), "events"),
        (("ads", None, None, "a_fair_2026", "March-nl", None), "newsletter"),
        (("ads", None, None, None, None, "Handelsblatt"), "partners"),
        (("ads", "z; X", None, None, None, None), "tagged"),
        (("organic_SEARCH", None, None, None, None, None), "organic"),
        # What is not known, or says nothing, passes no test.
        (("ads", None, None, None, None, " "), "ads"),
        (("ads", "", "", "", "", ""), "ads"),
        # The sender's word stays as it is.
        ((" Ads", "google", "organic", None, None, None), " Ads"),
        ((None, "google", None, None, None, None), None),
        (("ads",), "ads"),
    ],
)
def test_the_first_rule_that_holds_names_the_channel(said: Dimensions, channel: str | None) -> None:
    assert group_channel(RULES, said) == channel
    remembered = channel_by(RULES)
    assert [remembered(said), remembered(said)] == [channel, channel]


def test_without_rules_the_senders_word_is_the_channel() -> None:
    assert group_rules(None) == ()
    for said in (("Email", "a", None), (None, "a", None)):
        assert group_channel((), said) == said[0]
        assert channel_by(())(said) == said[0]


def test_only_what_the_rules_ask_is_looked_at() -> None:
    asked: list[str] = []

    def holds(text: str) -> bool:
        asked.append(text)
        return text == "google"

    (rule,) = group_rules(
        ChannelGroups(
            rules=(ChannelRule(channel="g", when=(ChannelTest(dimension="source", equals="google"),)),)
        )
    )
    by = channel_by((type(rule)("g", ((DIMENSIONS.index("source"), holds),)),))
    outlets = [("ads", "Google", "cpc", None, None, f"page {number}") for number in range(50)]
    assert {by(said) for said in outlets} == {"g"}
    assert asked == ["google"]
    assert by(("ads", "bing", *outlets[0][2:])) == "ads"
    assert asked == ["google", "bing"]


_TEXTS = st.sampled_from(
    (None, "", "Google", "CPC", "cpc", "spring sale", "/pricing/a", "https://a.example/Pricing")
)


@given(channel_groups(), st.lists(st.lists(_TEXTS, min_size=1, max_size=7).map(tuple), max_size=8))
def test_what_is_remembered_is_what_would_be_said_and_case_is_no_matter(
    groups: ChannelGroups, touches: list[Dimensions]
) -> None:
    rules = group_rules(groups)
    by = channel_by(rules)
    named = {rule.channel for rule in rules}
    for said in (*touches, *touches):
        channel = group_channel(rules, said)
        assert by(said) == channel
        assert channel == said[0] or channel in named
        louder = tuple(None if text is None else f" {text.upper()} " for text in said)
        assert group_channel(rules, louder) == (channel if channel in named else louder[0])


@given(channel_groups(), st.lists(_TEXTS, min_size=6, max_size=6).map(tuple))
def test_a_rule_in_front_wins(groups: ChannelGroups, said: Dimensions) -> None:
    anything = ChannelRule(channel="in_front", when=(ChannelTest(dimension="campaign", known=True),))
    rules = group_rules(ChannelGroups(rules=(anything, *groups.rules)))
    known = bool(said[DIMENSIONS.index("campaign")])
    behind = group_channel(group_rules(groups), said)
    assert group_channel(rules, said) == ("in_front" if known else behind)
