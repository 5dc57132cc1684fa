"""The terms of attribution: what they say, what they are when left out, what their hash is of."""

import re
from pathlib import Path

import pytest

from leadtrace.domain.definitions.attribution import Attribution, PathTransform
from leadtrace.domain.definitions.canonical import canonical, content_hash
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.said_attribution import AttributionSaid, ChannelSaid, RoleSaid
from leadtrace.domain.definitions.telling import tell

SHIPPED = (Path(__file__).parents[4] / "definitions" / "v1.yaml").read_text(encoding="utf-8")
WITHOUT = SHIPPED[: SHIPPED.index("\n# The terms of attribution")]
# What the version had before there were such terms: it stands on stored scores, approvals and history.
BEFORE = "23c1cd5ebe7f767863749115358f662c149fcec6e251d801de8118c5e1d3ffec"
BLOCK = """
attribution:
  owner: marketing
  lookback_days: 180
  half_life_days: 7.5
  path:
    transform: first
    drop_direct: true
    direct_channels: [direct, none]
  custom:
    first_touch: 0.2251
    lead_created: 0.2249
    opportunity_created: 0.25
    closed: 0.25
  roles: {decision_maker: 3, champion: 2, user: 0}
  target_roas: 3.5
  channels:
    rules:
      - channel: paid_social
        when:
          - {dimension: source, in: [facebook, linkedin]}
          - {dimension: medium, equals: cpc}
      - channel: paid_search
        when: [{dimension: medium, in: [cpc, ppc]}]
    otherwise: keep
"""


def parsed(block: str) -> Definitions:
    return parse_definitions((WITHOUT + block).encode(), "v1.yaml")


def told(block: str) -> AttributionSaid:
    return tell(parsed(block)).attribution


def test_what_is_left_out_is_as_said() -> None:
    assert parsed("").attribution == Attribution()
    said = told("")
    assert (said.lookback_days, said.transform, said.drop_direct) == (90, "unique", False)
    assert (said.direct_channels, said.half_life_days) == (("direct_traffic", "direct"), 30.0)
    assert (said.custom, said.roles, said.target_roas) == (None, (), None)
    assert (said.channels, said.otherwise, said.owner) == ((), "keep", "marketing and sales")
    assert said.words == (
        "a touch takes part if it lies at most 90 days before the win",
        "every touch counts",
        "time decay gives half as much for each 30 days before the win",
    )


def test_everything_is_told_in_values_and_in_words() -> None:
    said = told(BLOCK)
    assert said.words == (
        "a touch takes part if it lies at most 180 days before the win",
        "of each channel its first touch counts",
        "direct touches (direct, none) are dropped, unless there are no others",
        "time decay gives half as much for each 7.5 days before the win",
        "a channel is kept from 3.5 of revenue for each 1 of spend on",
    )
    assert said.custom is not None
    assert said.custom.words == (
        "22.51% to first touch, 22.49% to lead created, 25% to opportunity created, 25% to closed; "
        "5% shared by all other touches"
    )
    assert said.custom.others == 0.05
    assert said.roles == (RoleSaid("decision_maker", 3), RoleSaid("champion", 2), RoleSaid("user", 0))
    assert said.channels == (
        ChannelSaid("paid_social", "source is one of facebook, linkedin and medium is cpc"),
        ChannelSaid("paid_search", "medium is one of cpc, ppc"),
    )
    assert (said.owner, said.transform) == ("marketing", PathTransform.FIRST)
    assert told("\nattribution: {path: {transform: unique}}\n").words[1] == "every touch counts"
    first_alone = told("\nattribution: {custom: {first_touch: 1}}\n").custom
    assert first_alone is not None
    assert first_alone.words == "100% to first touch; 0% shared by all other touches"


def test_files_without_the_terms_keep_the_hash_that_stands_on_stored_scores() -> None:
    assert content_hash(parsed("")) == BEFORE
    assert not {b'"attribution"', b'"costs"'} & set(canonical(parsed("")).split(b":"))
    assert content_hash(parse_definitions(SHIPPED.encode(), "v1.yaml")) == BEFORE


@pytest.mark.parametrize(
    "block",
    [
        "attribution: {}",
        "attribution: {owner: us}",
        "attribution: {lookback_days: 90, half_life_days: 30.0, path: {transform: unique}}",
        "attribution: {path: {direct_channels: [direct_traffic, direct]}}",
        "attribution: {path: {}}\ncosts: {}",
    ],
)
def test_values_that_hold_anyway_and_owners_change_no_hash(block: str) -> None:
    assert content_hash(parsed(f"\n{block}\n")) == BEFORE


def test_all_else_judges() -> None:
    lines = (
        "lookback_days: 91",
        "half_life_days: 30.5",
        "path: {transform: first}",
        "path: {drop_direct: true}",
        "path: {direct_channels: [direct]}",
        "custom: {first_touch: 0.5}",
        "custom: {first_touch: 0.5001}",
        "roles: {champion: 2}",
        "roles: {champion: 3}",
        "target_roas: 3",
        "channels: {rules: [{channel: a, when: [{dimension: source, known: true}]}]}",
        "channels: {rules: [{channel: a, when: [{dimension: medium, known: true}]}]}",
    )
    hashes = {content_hash(parsed(f"\nattribution: {{{line}}}\n")) for line in lines}
    assert len(hashes | {BEFORE}) == len(lines) + 1


def test_the_order_of_roles_is_no_matter() -> None:
    one = parsed("\nattribution: {roles: {a: 2, b: 3}}\n")
    other = parsed("\nattribution: {roles: {b: 3, a: 2}}\n")
    assert content_hash(one) == content_hash(other)
    assert (one, hash(one)) == (other, hash(other))
    assert hash(one) != hash(parsed("\nattribution: {roles: {a: 3, b: 2}}\n"))


def test_the_examples_of_the_shipped_file_hold_once_they_are_no_comments() -> None:
    example = re.compile(
        r"^  # ((?:custom|roles|target_roas|channels|gross_margin|per_stage):|  )", re.MULTILINE
    )
    text, number = example.subn(r"  \1", SHIPPED[len(WITHOUT) :])
    said = tell(parsed(text))
    assert number == 6 + 6 + 2
    assert [row.channel for row in said.attribution.channels] == ["paid_social", "paid_search", "events"]
    assert said.attribution.custom is not None
    assert said.attribution.custom.others == 0.2
    assert [row.role for row in said.attribution.roles] == ["decision_maker", "champion"]
    assert (said.attribution.target_roas, said.costs.gross_margin) == (3, 0.7)
    assert [row.stage for row in said.costs.per_stage] == ["sal", "sql"]
