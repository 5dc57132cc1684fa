"""Where a visit came from: campaign parameters, else a click id, else a foreign referrer."""

import pytest

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from leadtrace_ingest.senders.mapping.file import MappingError
from leadtrace_ingest.senders.mapping.web import ChannelRow, ClickIdRow, EventMeaning, EventRow, WebFile
from leadtrace_ingest.senders.mapping.web import web_problems as problems
from leadtrace_ingest.senders.segment.rules import message_rules
from leadtrace_ingest.senders.web.address import address_of, owner_of, parameters
from leadtrace_ingest.senders.web.visit import Acquirer, Visit
from tests.unit.ingest.segment_messages import shipped_mapping

PAGE = "https://www.acme.example/pricing"
ACQUIRER = message_rules(shipped_mapping()).acquirer


def dimensions(query: str = "", referrer: str = "", page: str = PAGE) -> dict[str, str]:
    return ACQUIRER.dimensions(Visit(url=page + query, referrer=referrer))


@pytest.mark.parametrize(
    ("source", "medium", "channel"),
    [
        ("google", "cpc", "paid_search"),
        ("Google", "CPC", "paid_search"),
        ("google", "organic", "organic_search"),
        ("google", "", "organic_search"),
        ("duckduckgo.com", "", "organic_search"),
        ("www.google.co.uk", "referral", "organic_search"),
        ("baidu", "ppc", "paid_search"),
        ("facebook", "paid-social", "paid_social"),
        ("fb", "cpc", "paid_social"),
        ("linkedin", "social", "social_media"),
        ("t.co", "referral", "social_media"),
        ("partner-site", "social", "social_media"),
        ("youtube", "", "organic_video"),
        ("youtube", "cpc", "paid_video"),
        ("amazon", "cpc", "paid_shopping"),
        ("amazon", "referral", "organic_shopping"),
        ("adserver", "banner", "display"),
        ("adserver", "cpm", "display"),
        ("adserver", "retargeting", "paid_other"),
        ("newsletter", "email", "email_marketing"),
        ("crm", "e-mail", "email_marketing"),
        ("chatgpt.com", "referral", "ai_referrals"),
        ("gemini.google.com", "referral", "ai_referrals"),
        ("partner", "affiliate", "affiliates"),
        ("spotify", "audio", "audio"),
        ("sms", "", "sms"),
        ("app", "push", "push_notifications"),
        ("firebase", "", "push_notifications"),
        ("blog.example", "referral", "referrals"),
        ("fair", "booth", "other_campaigns"),
    ],
)
def test_source_and_medium_make_the_channel(source: str, medium: str, channel: str) -> None:
    found = dimensions(f"?utm_source={source}&utm_medium={medium}")
    assert found["channel"] == channel
    assert found["source"] == source


def test_a_campaign_across_networks_is_its_own_channel() -> None:
    found = dimensions("?utm_source=google&utm_medium=cpc&utm_campaign=Cross-Network+DE")
    assert found["channel"] == "cross_network"


def test_all_parameters_of_a_campaign_are_kept_as_they_are_written() -> None:
    query = "?utm_source=Google&utm_medium=cpc&utm_campaign=Spring%20Sale&utm_content=red&utm_term=crm"
    assert dimensions(query) == {
        "channel": "paid_search",
        "source": "Google",
        "medium": "cpc",
        "campaign": "Spring Sale",
        "content": "red",
    }


@pytest.mark.parametrize(
    ("click_id", "source", "channel"),
    [
        ("gclid", "google", "paid_search"),
        ("gbraid", "google", "paid_search"),
        ("wbraid", "google", "paid_search"),
        ("dclid", "google", "display"),
        ("msclkid", "bing", "paid_search"),
        ("fbclid", "facebook", "social_media"),
        ("ttclid", "tiktok", "paid_social"),
        ("li_fat_id", "linkedin", "paid_social"),
        ("twclid", "twitter", "paid_social"),
        ("ScCid", "snapchat", "paid_social"),
    ],
)
def test_a_click_id_tells_the_network(click_id: str, source: str, channel: str) -> None:
    found = dimensions(f"?{click_id}=abc", referrer="https://somewhere.example/")
    assert (found["source"], found["channel"]) == (source, channel)


def test_a_click_id_fills_in_only_what_the_campaign_leaves_open() -> None:
    assert dimensions("?gclid=1&utm_campaign=brand&utm_source=adwords") == {
        "channel": "paid_other",
        "source": "adwords",
        "medium": "cpc",
        "campaign": "brand",
    }


@pytest.mark.parametrize(
    ("referrer", "source", "medium", "channel"),
    [
        ("https://www.google.com/", "google", "organic", "organic_search"),
        ("https://www.google.com.br/search?q=x", "google", "organic", "organic_search"),
        ("https://search.brave.com/", "search.brave.com", "organic", "organic_search"),
        ("https://l.facebook.com/l.php", "facebook", "social", "social_media"),
        ("https://t.co/abc", "twitter", "social", "social_media"),
        ("https://mail.google.com/", "gmail", "referral", "referrals"),
        ("https://news.blog.example/post", "news.blog.example", "referral", "referrals"),
        ("https://www.google.evil.example/", "google.evil.example", "referral", "referrals"),
        ("https://notfacebook.com/", "notfacebook.com", "referral", "referrals"),
        ("android-app://com.google.android.gm/", "com.google.android.gm", "referral", "referrals"),
    ],
)
def test_a_foreign_referrer_is_the_source(referrer: str, source: str, medium: str, channel: str) -> None:
    expected = {"channel": channel, "source": source, "medium": medium}
    assert dimensions(referrer=referrer) == expected


@pytest.mark.parametrize(
    "referrer",
    ["https://www.acme.example/", "https://acme.example/a", "https://shop.acme.example/b", "no address"],
)
def test_ones_own_pages_and_what_is_no_address_tell_nothing(referrer: str) -> None:
    assert dimensions(referrer=referrer) == {}


def test_the_same_name_under_another_domain_is_foreign() -> None:
    assert dimensions(referrer="https://acme.other/")["channel"] == "referrals"


def test_domains_that_the_mapping_calls_own_tell_nothing() -> None:
    web = WebFile(own_domains=("pay.example",), other="other")
    visit = Visit(url=PAGE, referrer="https://checkout.pay.example/done")
    assert Acquirer(web).dimensions(visit) == {}


def test_a_page_without_anything_before_it_is_direct() -> None:
    assert dimensions() == {"channel": "direct_traffic"}


def test_without_a_page_nothing_is_claimed() -> None:
    assert ACQUIRER.dimensions(Visit()) == {}


def test_a_mapping_without_rows_claims_no_channel() -> None:
    assert Acquirer(WebFile()).dimensions(Visit(named={"utm_source": "google"})) == {"source": "google"}


@pytest.mark.parametrize("url", ["https://[", "//", "https://\u2100.example:x/", "x" * 10_000, "\x00"])
def test_what_is_no_address_is_as_if_it_were_not_there(url: str) -> None:
    assert ACQUIRER.dimensions(Visit(url=url, referrer=url)) == {}


def test_values_longer_than_a_name_are_cut() -> None:
    assert len(dimensions("?utm_source=" + "x" * 1_000)["source"]) == 255


def test_nul_never_reaches_a_dimension() -> None:
    assert dimensions("?utm_source=a%00b")["source"] == "a\ufffdb"


def test_parameters_are_read_case_aside_and_the_first_counts() -> None:
    assert parameters("?UTM_Source=a&utm_source=b&&c") == {"utm_source": "a"}
    assert parameters("&".join(["a=1"] * 1_000)) == {}


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("www.google.co.uk", "google"),
        ("google.com", "google"),
        ("t.co", "t"),
        ("localhost", "localhost"),
        ("a.b.example.com.br", "example"),
        ("co.uk", "co"),
    ],
)
def test_the_owner_of_a_host(host: str, owner: str) -> None:
    assert owner_of(host) == owner


def test_an_address_has_host_path_and_query() -> None:
    assert address_of("HTTPS://Acme.Example.:8443/a?b=c#d") == ("acme.example", "/a", "b=c")


def test_mistakes_of_the_part_are_named() -> None:
    row = EventRow(id="Signed Up", means=EventMeaning.CAPTURE)
    click = ClickIdRow(id="gclid", source="google", medium="cpc")
    web = WebFile(
        channels=(ChannelRow(channel="x", sites=("nowhere",)),),
        site_mediums={"gone": "organic"},
        events=(row, row),
        click_ids=(click, click),
    )
    assert problems(web) == [
        "web.channels: the row of 'x' names no list of web.sites: 'nowhere'",
        "web.site_mediums: 'gone' is no list of web.sites",
        "web.events: two rows of 'Signed Up'",
        "web.click_ids: two rows of 'gclid'",
    ]


def test_a_mapping_that_does_not_know_users_is_refused() -> None:
    hubspot = load_mapping(shipped_path("mappings", "hubspot.yaml"), "EUR")
    with pytest.raises(MappingError, match=r"objects\.user is needed"):
        message_rules(hubspot)
