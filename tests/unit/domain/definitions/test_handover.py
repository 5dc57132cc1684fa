"""The terms of the handover: every rule of their lint broken once, what they say, what their hash is of."""

from pathlib import Path

import pytest

from leadtrace.domain.definitions.canonical import canonical, content_hash
from leadtrace.domain.definitions.handover import (
    BusinessCalendar,
    Clocks,
    Handover,
    Reason,
    Route,
    RouteTest,
    TeamTerms,
    clocks_of,
    minute_of_day,
)
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.domain.definitions.telling import tell
from leadtrace.domain.definitions.words_handover import (
    calendar_words,
    handover_words,
    route_words,
    team_words,
    turn_words,
)
from leadtrace.events.lead import Stage

TEXT = (Path(__file__).parents[4] / "definitions" / "v1.yaml").read_text(encoding="utf-8")
START, END = TEXT.index("handover:\n"), TEXT.index("# What sales does first (`/v1/priorities`)")
BLOCK = TEXT[START:END]
WITHOUT = TEXT[:START] + TEXT[END:]

CALENDAR, TEAM, ROUTE = "handover.calendars[0]", "handover.teams[0]", "handover.routing[0]"
FIRST_ROUTE = "when: [{property: partner, known: true}]\n      to: [partners]"

# (old text of the block, new text, key, words of the rule, words of the remedy)
BROKEN = [
    ("at: mql", "at: inquiry", "handover.at", "inquiry is no rung between", "lead, mql, sal"),
    ("at: mql", "at: customer", "handover.at", "customer is no rung between", "use one of"),
    ("at: mql", "at: lost", "handover.at", "lost is no rung between", "use one of"),
    ("[claim, verdict]", "[]", "handover.opened_by", "no lead is ever offered", "claim or verdict"),
    ("[claim, verdict]", "[clam]", "handover.opened_by[0]", "'clam' opens no offer", "did you mean claim?"),
    ("[claim, verdict]", "[claim, claim]", "handover.opened_by[1]", "stands above already", "once"),
    (
        "at: mql\n  opened_by: [claim, ",
        "at: sal\n  opened_by: [",
        "handover.opened_by",
        "sal has no",
        "a claim",
    ),
    ("share: 0.75", "share: 1", "handover.at_risk_share", "1.0 is not between 0 and 1", "0.75"),
    ("share: 0.75", "share: .nan", "handover.at_risk_share", "nan is not between", "0.75"),
    (
        "accept_within_hours: 8",
        "accept_within_hours: 0",
        "handover.accept_within_hours",
        "not above 0",
        "hours",
    ),
    (
        "contact_within_hours: 16",
        "contact_within_hours: 8785",
        "handover.contact_within_hours",
        "8784",
        "hours",
    ),
    ("outcome_within_days: 90", "outcome_within_days: .inf", "handover.outcome_within_days", "3660", "days"),
    (
        "hours: 16\n      c",
        "hours: -1\n      c",
        "handover.teams[1].accept_within_hours",
        "-1.0",
        "leave it out",
    ),
    ("id: head_office", 'id: "a:b"', f"{CALENDAR}.id", "cannot name", "without a colon"),
    ("calendar: head_office", "calendar: head_offise", f"{TEAM}.calendar", "no calendar", "head_office?"),
    ("Europe/Berlin", "Europe/Berlyn", f"{CALENDAR}.timezone", "no IANA", "did you mean Europe/Berlin?"),
    ("Europe/Berlin", '"../etc"', f"{CALENDAR}.timezone", "no IANA time zone", "such as Europe/Berlin"),
    ("Europe/Berlin", '""', f"{CALENDAR}.timezone", "no IANA time zone", "such as Europe/Berlin"),
    ("country: DE", "subdivision: BE", f"{CALENDAR}.subdivision", "without a country", "name the country"),
    ("country: DE", "days: []", f"{CALENDAR}.days", "it never opens", "mon, tue"),
    ("country: DE", "days: [mon, tuesday]", f"{CALENDAR}.days[1]", "no day of the week", "did you mean tue?"),
    ("country: DE", "days: [mon, mon]", f"{CALENDAR}.days[1]", "stands before already", "once"),
    ('opens: "09:00"', 'opens: "9:00"', f"{CALENDAR}.opens", "'9:00' is no time of day", '"09:00"'),
    ('closes: "17:00"', 'closes: "24:01"', f"{CALENDAR}.closes", "no time of day", '"24:00"'),
    (
        'closes: "17:00"',
        'closes: "09:00"',
        f"{CALENDAR}.opens",
        "09:00 is not before 09:00",
        "before it closes",
    ),
    ('closes: "17:00"', "closes: 17:00", f"{CALENDAR}.closes", "got `int`", "between quotes"),
    ('"2026-12-31"', "2026-12-31", f"{CALENDAR}.closed[1]", "got `date`", "between quotes"),
    ("country: DE", "country: NO", f"{CALENDAR}.country", "got `bool`", "between quotes"),
    ("country: DE", "country: [DE]", f"{CALENDAR}.country", "got `array`", "of that kind"),
    ('"2026-12-31"', '"2026-02-30"', f"{CALENDAR}.closed[1]", "'2026-02-30' is no day", "2026-12-24"),
    ('"2026-12-31"', '"20261231"', f"{CALENDAR}.closed[1]", "'20261231' is no day", "2026-12-24"),
    ("      calendar: head_office\n", "", "handover.calendars[0]", "has no team", "`calendar` of a team"),
    ("- id: sales", "- id: partners", "handover.teams[1].id", "is taken", "its own id"),
    ("to: [sales]", "to: [partners]", TEAM, "nobody is routed to 'sales'", "`to` of a route"),
    ("to: [sales]", "to: [salse]", "handover.routing[1].to[0]", "'salse' is no team", "did you mean sales?"),
    ("to: [sales]", "to: []", "handover.routing[1].to", "is empty", "take turns"),
    ("to: [sales]", "to: [sales, sales]", "handover.routing[1].to[1]", "stands before", "once"),
    ("- id: all_others", "- id: brought_by_a_partner", "handover.routing[1].id", "is taken", "its own id"),
    (FIRST_ROUTE, "to: [partners]", "handover.routing[1]", "is never asked: 'brought_by", "to the end"),
    (
        "- id: all_others",
        f"- id: o\n      {FIRST_ROUTE[:40]}",
        "handover.routing[1]",
        "routed nowhere",
        "end with",
    ),
    ("property: partner", "property: partnr", f"{ROUTE}.when[0].property", "may ask about", "partner?"),
    (
        "property: partner",
        "property: budget",
        f"{ROUTE}.when[0].property",
        "may ask about",
        "use one of country",
    ),
    ("known: true", "known: false", f"{ROUTE}.when[0].known", "may only be true", "a later route"),
    (", known: true", "", f"{ROUTE}.when[0]", "has 0 operators (none)", "exactly one of"),
    ("- {id: not_now,", "- {id: no_answer,", "handover.return_reasons[1].id", "is taken", "its own id"),
]


@pytest.mark.parametrize(("old", "new", "key", "rule", "remedy"), BROKEN)
def test_a_broken_rule_is_found(old: str, new: str, key: str, rule: str, remedy: str) -> None:
    assert old in BLOCK, f"{old!r} is not in the shipped block any more"
    count = -1 if old.startswith("      calendar") else 1
    text = WITHOUT + BLOCK.replace(old, new, count)
    with pytest.raises(DefinitionsError) as caught:
        parse_definitions(text.encode(), "v1.yaml")
    found = [one for one in caught.value.problems if one.key == key and rule in one.rule]
    assert found, str(caught.value)
    assert remedy in found[0].remedy, found[0].remedy
    assert found[0].line > 0


@pytest.mark.parametrize(
    ("block", "key", "rule"),
    [
        ("{}", "handover.teams", "there is nobody to offer a lead to"),
        ("{}", "handover.routing", "leaves leads that are routed nowhere"),
        ("{}", "handover.rejection_reasons", "nobody could say why"),
        ("{}", "handover.return_reasons", "nobody could say why"),
        ("{calendar: []}", "handover.calendar", "is no key here"),
    ],
)
def test_an_empty_block_lacks_whatever_it_takes(block: str, key: str, rule: str) -> None:
    with pytest.raises(DefinitionsError) as caught:
        parse_definitions(f"{WITHOUT}handover: {block}\n".encode(), "v1.yaml")
    assert any(one.key == key and rule in one.rule for one in caught.value.problems), str(caught.value)


def test_there_need_not_be_terms() -> None:
    without = parse_definitions(WITHOUT.encode(), "x")
    assert without.handover is None
    assert tell(without).handover is None
    assert b"handover" not in canonical(without)


def test_terms_judge_and_their_owners_do_not() -> None:
    def hashed(old: str, new: str) -> str:
        assert old in BLOCK
        return content_hash(parse_definitions((WITHOUT + BLOCK.replace(old, new, 1)).encode(), "x"))

    as_shipped = content_hash(parse_definitions(TEXT.encode(), "x"))
    assert hashed("owner: sales", "owner: us") == as_shipped
    assert hashed("owner: marketing and sales", "owner: us") == as_shipped
    for old, new in (
        ("hours: 8", "hours: 9"),
        ("country: DE", "country: AT"),
        ("known: true", "equals: a"),
        ("to: [sales]", "to: [sales, partners]"),
        ("id: no_need", "id: needless"),
    ):
        assert hashed(old, new) != as_shipped


def test_a_value_that_holds_anyway_changes_no_hash_where_it_is_spelt_out() -> None:
    as_shipped = content_hash(parse_definitions(TEXT.encode(), "x"))
    for line in ("  at: mql\n", "  accept_within_hours: 8\n", '      opens: "09:00"\n'):
        assert line in BLOCK
        assert content_hash(parse_definitions(TEXT.replace(line, "", 1).encode(), "x")) == as_shipped
    spelt = TEXT.replace("country: DE\n", "country: DE\n      days: [mon, tue, wed, thu, fri]\n", 1)
    assert content_hash(parse_definitions(spelt.encode(), "x")) == as_shipped
    # Elsewhere too.
    without = TEXT.replace("      otherwise: 0\n", "", 1).replace("    people_at_least: 2\n", "", 1)
    assert content_hash(parse_definitions(without.encode(), "x")) == as_shipped


def test_the_terms_of_a_team_outweigh_those_of_the_block() -> None:
    block = Handover(accept_within_hours=4.0, contact_within_hours=6.0, outcome_within_days=30.0)
    assert clocks_of(block, TeamTerms(id="a")) == Clocks(4.0, 6.0, 30.0)
    own = TeamTerms(id="a", accept_within_hours=1.5, outcome_within_days=7.0)
    assert clocks_of(block, own) == Clocks(1.5, 6.0, 7.0)
    assert clocks_of(Handover(), TeamTerms(id="a")) == Clocks(8.0, 16.0, 90.0)


def test_times_of_day_are_minutes() -> None:
    said = {text: minute_of_day(text) for text in ("00:00", "09:30", "23:59", "24:00")}
    assert said == {"00:00": 0, "09:30": 570, "23:59": 1439, "24:00": 1440}
    broken = (
        "",
        "9:00",
        "24:01",
        "25:00",
        "09:60",
        "09:00:00",
        " 09:00",
        "09:00\n",
        "\u0660\u0669:\u0660\u0660",
    )
    assert {minute_of_day(text) for text in broken} == {None}


def test_terms_are_told_with_owners_and_in_words() -> None:
    told = tell(parse_definitions(TEXT.encode(), "v1.yaml")).handover
    assert told is not None
    assert (told.at, told.opened_by, told.at_risk_share) == ("mql", ("claim", "verdict"), 0.75)
    assert told.words == (
        "offered once the CRM says mql or everything that mql requires holds; "
        "a clock is at risk once 75% of its time has passed"
    )
    sales, partners = told.teams
    assert (sales.owner, sales.partner, sales.accept_within_hours) == ("sales", False, 8)
    assert (partners.partner, partners.accept_within_hours, partners.outcome_within_days) == (True, 16, 90)
    assert [(route.words, route.to) for route in told.routing] == [
        ("partner is known", ("partners",)),
        ("whoever is left", ("sales",)),
    ]
    assert told.rejection_reasons[0].id == "not_a_fit"
    assert all(reason.means for reason in (*told.rejection_reasons, *told.return_reasons))


def test_each_part_is_said_with_all_its_values() -> None:
    calendar = BusinessCalendar(id="c", timezone="Europe/London", days=("sun", "mon"), closes="24:00")
    assert calendar_words(calendar) == "Monday, Sunday 09:00 to 24:00 in Europe/London"
    kept = BusinessCalendar(
        id="c", timezone="Europe/London", country="GB", subdivision="SCT", closed=("2026-01-05", "2026-01-06")
    )
    assert calendar_words(kept) == (
        "Monday to Friday 09:00 to 17:00 in Europe/London; closed on the public holidays of GB-SCT; "
        "closed on 2026-01-05, 2026-01-06"
    )
    assert team_words(TeamTerms(id="a"), Clocks(1.0, 2.5, 1.0)) == (
        "accepts or rejects within 1 calendar hour, contacts within 2.5 calendar hours; "
        "tells the outcome within 1 day of acceptance"
    )
    partner = TeamTerms(id="a", partner=True, calendar="c")
    assert team_words(partner, Clocks(1.0, 2.0, 3.0)) == (
        "a partner: accepts or rejects within 1 open hour, contacts within 2 open hours by c; "
        "tells the outcome within 3 days of acceptance"
    )
    tests = (RouteTest(property="country", any_of=("DE", "AT")), RouteTest(property="segment", equals="smb"))
    assert route_words(Route(id="r", when=tests, to=("a",))) == "country is one of DE, AT and segment is smb"
    assert (turn_words(("a",)), turn_words(("a", "b"))) == ("a", "a, b by turns")
    by_claim = Handover(at=Stage.SALES_ACCEPTED, opened_by=("claim",), at_risk_share=0.7)
    assert handover_words(by_claim) == (
        "offered once the CRM says sal; a clock is at risk once 70% of its time has passed"
    )
    assert Reason(id="a").means == ""
