"""A version takes over only when two people of two teams said yes to it and every service has folded it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from leadtrace.events.definition import Team
from leadtrace_ingest.definitions.rows import GivenApproval, Progress, Shadow, Version
from leadtrace_ingest.definitions.rules import lacks, person, same_approval

AT = datetime(2026, 3, 12, tzinfo=UTC)
WANTED = Version(2, "default", "b" * 64, AT, "ops")
SHADOW = Shadow(UUID(int=7), 2, WANTED.hash, AT, "ops")
COMPLETE = tuple(Progress(name, 9, 9, complete=True) for name in ("scoring", "attribution", "api"))


def approval(
    team: Team, by: str, *, hash_: str = WANTED.hash, note: str | None = None, recorded_by: str = "ops"
) -> GivenApproval:
    """A yes to version 2."""
    return GivenApproval(2, hash_, team, by, recorded_by, note, AT)


BOTH = (approval(Team.MARKETING, "Anna Schmidt"), approval(Team.SALES, "Jonas Weber"))


def test_nothing_is_missing_once_both_teams_said_yes_and_all_is_folded() -> None:
    assert lacks(WANTED, BOTH, SHADOW, COMPLETE) == []


class TestApprovals:
    @pytest.mark.parametrize("team", Team)
    def test_each_team_is_asked_for(self, team: Team) -> None:
        given = [one for one in BOTH if one.team is not team]
        (missing,) = lacks(WANTED, given, SHADOW, COMPLETE)
        assert missing.rule == f"{team.value} has not approved it"
        assert missing.remedy == f"`leadtrace definitions approve 2 --team {team.value} --by NAME`"

    @pytest.mark.parametrize("spelt", ["Anna Schmidt", "anna  SCHMIDT", " Anna\u00a0Schmidt "])
    def test_one_person_cannot_say_yes_for_both(self, spelt: str) -> None:
        given = (approval(Team.MARKETING, "Anna Schmidt"), approval(Team.SALES, spelt))
        (missing,) = lacks(WANTED, given, SHADOW, COMPLETE)
        assert missing.rule == "one person approved it for both teams"

    def test_who_says_yes_for_both_is_no_harm_beside_somebody_else(self) -> None:
        given = (approval(Team.MARKETING, "Anna"), approval(Team.SALES, "Anna"), approval(Team.SALES, "Jo"))
        assert lacks(WANTED, given, SHADOW, COMPLETE) == []

    def test_a_yes_to_something_else_is_none(self) -> None:
        given = (BOTH[0], approval(Team.SALES, "Jonas Weber", hash_="c" * 64))
        (missing,) = lacks(WANTED, given, SHADOW, COMPLETE)
        assert missing.rule == "sales has not approved it"

    def test_a_yes_that_is_repeated_is_the_same_whoever_records_it(self) -> None:
        one = approval(Team.SALES, "Jonas Weber")
        assert same_approval(one, approval(Team.SALES, "jonas weber", recorded_by="other"))
        assert not same_approval(one, approval(Team.MARKETING, "Jonas Weber"))
        assert not same_approval(one, approval(Team.SALES, "Jonas Weber", note="with the new bands"))
        assert not same_approval(one, approval(Team.SALES, "Jonas Weber", hash_="c" * 64))

    def test_names_are_compared_as_people_read_them(self) -> None:
        assert person("Groß ") == person("gross")
        assert person("Anna") != person("Anne")


class TestShadow:
    def test_a_version_that_is_not_folded_is_asked_for(self) -> None:
        (missing,) = lacks(WANTED, BOTH, None, ())
        assert missing == ("it is not in the shadow", "`leadtrace definitions shadow 2`")

    def test_another_version_in_the_shadow_is_named_with_the_way_out(self) -> None:
        (missing,) = lacks(WANTED, BOTH, Shadow(UUID(int=7), 3, "c" * 64, AT, "ops"), COMPLETE)
        assert missing.rule == "version 3 is in the shadow instead"
        assert missing.remedy == (
            "`leadtrace definitions shadow 3 --end`, then `leadtrace definitions shadow 2`"
        )

    @pytest.mark.parametrize(
        ("progress", "rule"),
        [
            (Progress("api"), "api has not begun to fold it"),
            (Progress("api", 1_200, 3_000), "api has folded 1,200 of 3,000"),
            (Progress("api", 3_000, 3_000), "api has folded 3,000 of 3,000"),
            (Progress("api", 5, 9, error="ValueError: no"), "api failed to fold it: ValueError: no"),
        ],
    )
    def test_each_service_must_be_done(self, progress: Progress, rule: str) -> None:
        (missing,) = lacks(WANTED, BOTH, SHADOW, (*COMPLETE[:2], progress))
        assert missing.rule == rule
        assert missing.remedy

    def test_one_that_failed_is_ended_and_begun_again(self) -> None:
        failed = Progress("api", 5, 9, error="ValueError: no")
        (missing,) = lacks(WANTED, BOTH, SHADOW, (*COMPLETE[:2], failed))
        assert missing.remedy == (
            "`leadtrace definitions shadow 2 --end`, then `leadtrace definitions shadow 2`"
        )


def test_everything_that_is_missing_is_named_at_once() -> None:
    assert [one.rule for one in lacks(WANTED, (), None, ())] == [
        "marketing has not approved it",
        "sales has not approved it",
        "it is not in the shadow",
    ]
