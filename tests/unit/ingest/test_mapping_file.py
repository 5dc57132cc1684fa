"""The mapping file: what it says is looked up by moment, and a mistake in it names file, key and rule."""

from pathlib import Path

import pytest

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.hubspot.map import HubSpotAdapter
from leadtrace_ingest.senders.item import Mapped, Refused
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from leadtrace_ingest.senders.mapping.derive import TitleWords, company_domain
from leadtrace_ingest.senders.mapping.file import MappingError
from tests.unit.ingest.deliveries import map_raw
from tests.unit.ingest.hubspot_items import contact_property, raw, told

HEAD = "name: mine\nversion: 3\n"
EMPTY = """
objects:
  contact: {is: lead, fields: {}}
  deal: {is: deal, fields: {}}
lifecycle_stages: []
deal_stages: []
"""
CONTACT, DEAL = "contact: {is: lead, fields: {}}", "deal: {is: deal, fields: {}}"


def contact(field: str) -> str:
    return EMPTY.replace(CONTACT, CONTACT.replace("{}}", f"{{x: {{{field}}}}}}}"))


def deal(field: str) -> str:
    return EMPTY.replace(DEAL, DEAL.replace("{}}", f"{{x: {{{field}}}}}}}"))


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


MISTAKES = {
    "no version": ("name: mine\n" + EMPTY, "version"),
    "version 0": (HEAD.replace("3", "0") + EMPTY, "version"),
    "unknown key": (HEAD + EMPTY + "colour: red\n", "colour"),
    "bad currency": (HEAD + "default_currency: Euro\n" + EMPTY, "default_currency"),
    "unknown meaning": (HEAD + contact("means: magic"), "magic"),
    "meaning of another kind": (
        HEAD + contact("means: amount"),
        "objects.contact.fields.x: means must be one of",
    ),
    "name is missing": (
        HEAD + deal("means: property"),
        "objects.deal.fields.x: `as` is missing",
    ),
    "name says nothing": (
        HEAD + deal("means: stage, as: y"),
        "objects.deal.fields.x: `as` says nothing",
    ),
    "no such dimension": (
        HEAD + contact("means: acquisition, as: weather"),
        "objects.contact.fields.x: `as` must be one of channel",
    ),
    "no such stage": (
        HEAD + EMPTY.replace("lifecycle_stages: []", "lifecycle_stages: [{id: a, is: hot}]"),
        "lifecycle_stages[0]",
    ),
    "stages overlap": (
        HEAD
        + EMPTY.replace(
            "lifecycle_stages: []",
            "lifecycle_stages: [{id: a, is: lead, until: 2025-02-01}, {id: a, is: mql, from: 2025-01-31}]",
        ),
        "two rows of 'a' hold at the same time",
    ),
    "period turned around": (
        HEAD
        + EMPTY.replace(
            "deal_stages: []", "deal_stages: [{id: a, is: won, from: 2025-02-01, until: 2025-01-01}]"
        ),
        "ends before it begins",
    ),
    "no such flag": (HEAD + contact("means: flag, as: rich"), "`as` must be one of test, bot"),
    "link to nowhere": (
        HEAD + deal("means: link, to: firm"),
        "`to` must name one of the objects contact, deal",
    ),
    "link without an end": (HEAD + deal("means: link"), "`to` is missing"),
    "link of a kind that is none": (
        HEAD + contact("means: link, to: deal"),
        "a lead is not linked to a deal",
    ),
    "not YAML": ("{", "mine.yaml"),
}


@pytest.mark.parametrize(("text", "said"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_names_file_key_and_rule(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(MappingError) as mistake:
        load_mapping(path, "EUR")
    assert str(path) in str(mistake.value)
    assert said in str(mistake.value)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no-such"):
        load_mapping(tmp_path / "no-such.yaml", "EUR")


DATED = """
lifecycle_stages:
  - {id: "77", is: mql, until: 2025-01-01}
  - {id: "77", is: sql, from: 2025-01-01, until: 2025-07-01}
"""


@pytest.mark.parametrize(
    ("at_ms", "stage"),
    [
        (1_735_689_599_999, "mql"),  # the last millisecond of 2024
        (1_735_689_600_000, "sql"),
        (1_751_327_999_999, "sql"),  # the last millisecond of June 2025
        (1_751_328_000_000, None),
    ],
)
def test_stage_means_what_it_meant_at_the_time(tmp_path: Path, at_ms: int, stage: str | None) -> None:
    text = HEAD + EMPTY.replace("lifecycle_stages: []", DATED).replace(
        CONTACT, "contact: {is: lead, fields: {lifecyclestage: {means: stage}}}"
    )
    adapter = HubSpotAdapter("hubspot", [b"s"], load_mapping(written(tmp_path, text), "EUR"))
    result = map_raw(adapter, raw(contact_property("lifecyclestage", "77", occurredAt=at_ms)))
    assert adapter.mapping_label == "mine@3"
    if stage is None:
        assert isinstance(result, Refused)
        assert result.reason is Reason.UNMAPPED_STAGE
    else:
        assert isinstance(result, Mapped)
        assert f'"stage":"{stage}"'.encode() in (result.drafts[0].data or b"")


def test_own_currency_goes_before_the_reporting_currency(tmp_path: Path) -> None:
    own = written(tmp_path, HEAD + "default_currency: CHF\n" + EMPTY)
    assert load_mapping(own, "EUR").default_currency == "CHF"
    assert load_mapping(shipped_path("mappings", "hubspot.yaml"), "BRL").default_currency == "BRL"


SHIPPED_STAGES = {
    "subscriber": "inquiry",
    "lead": "lead",
    "marketingqualifiedlead": "mql",
    "salesqualifiedlead": "sql",
    "opportunity": "opportunity",
    "customer": "customer",
    "evangelist": "customer",
}


@pytest.mark.parametrize(("claimed", "stage"), SHIPPED_STAGES.items())
def test_shipped_stages(claimed: str, stage: str) -> None:
    (event,) = told(contact_property("lifecyclestage", claimed))
    assert event[0] == "lead.stage_changed"
    assert event[2] == {"stage": stage, "claimed": claimed, "actor": "CRM_UI"}


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("a@Firma.DE", "firma.de"),
        ("a@müller.de", "xn--mller-kva.de"),
        ("a@gmail.com", None),
        ("no address", None),
        ("a@localhost", None),
        ("a@" + "x" * 300 + ".de", None),
        ("a@bad domain.de", None),
        ("", None),
    ],
)
def test_company_domain(email: str, domain: str | None) -> None:
    assert company_domain(email, frozenset({"gmail.com"})) == domain


def test_title_words_are_whole_words() -> None:
    words = TitleWords([("c_level", ["cto"]), ("director", ["director", "Head"]), ("vp", ["vice president"])])
    assert words.classify("Director of IT") == "director"  # "cto" is inside "Director", but is no word there
    assert words.classify("Senior VICE-PRESIDENT") == "vp"
    assert words.classify("Headhunter") is None
