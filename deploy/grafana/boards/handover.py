"""Panels of the handover: what waits, which promises are kept, in whose hands leads are."""

from deploy.grafana.boards.limits import limit_of
from deploy.grafana.boards.panels import LEADS, NUMBER, OFFERS, RATIO, WORDS, Column, Kind, Panel
from deploy.grafana.boards.queries import IN_RANGE, Metric, Sql

_TERMS = "docs/handover-terms.md"

HANDOVER = (
    Panel(
        "Handovers that run",
        "Open: not answered yet. Accepted: taken, and not concluded.",
        Kind.STAT,
        (Metric("max by (state) (leadtrace_handover_running_offers)", "{{state}}"),),
        OFFERS,
        _TERMS,
        width=6,
    ),
    Panel(
        "Past their promise",
        "Share of running handovers whose promised time is over and that still wait: to "
        "be answered (accept), "
        "or to be contacted after acceptance (contact).",
        Kind.BARS,
        (Metric("leadtrace:handover_overdue:ratio", "{{clock}}"),),
        RATIO,
        _TERMS,
        width=6,
        limit=limit_of("HandoverPromisesBroken"),
    ),
    Panel(
        "Overdue and at risk",
        "Handovers that wait: those whose promised time is over, and those for whom it nearly is.",
        Kind.LINES,
        (
            Metric("max by (clock) (leadtrace_handover_overdue_offers)", "{{clock}} overdue"),
            Metric("max by (clock) (leadtrace_handover_at_risk_offers)", "{{clock}} at risk"),
        ),
        OFFERS,
        _TERMS,
        width=6,
    ),
    Panel(
        "Deep-sixed",
        "Leads that were accepted, have had no contact, and whose time for it is over. The "
        "page of the api lists them.",
        Kind.STAT,
        (Metric("max(leadtrace_handover_untouched_offers)"),),
        LEADS,
        _TERMS,
        width=6,
    ),
    Panel(
        "Answers to what was offered in the last days",
        "Handovers offered in the last days chosen above, by how they were answered so far.",
        Kind.BARS,
        (Metric('max by (answer) (leadtrace_handover_answered_offers{days="$days"})', "{{answer}}"),),
        OFFERS,
        _TERMS,
    ),
    Panel(
        "Promises kept, by team",
        "Of what was offered in the range: how it was answered, and the share of promises kept among those "
        "that can be judged by now. Rows without a team were offered to nobody in particular.",
        Kind.TABLE,
        (
            Sql(
                "select team, sum(offered)::bigint as offered, sum(accepted)::bigint as accepted,\n"
                "  sum(rejected)::bigint as rejected, sum(open)::bigint as open,\n"
                "  sum(returned)::bigint as returned, sum(won)::bigint as won,\n"
                "  sum(accept_in_time)::float8 / nullif(sum(accept_due), 0) as answered_in_time,\n"
                "  sum(contact_in_time)::float8 / nullif(sum(contact_due), 0) as contacted_in_time\n"
                f"from api.pub_stats_handovers\nwhere {IN_RANGE}\ngroup by team order by offered desc, team"
            ),
        ),
        NUMBER,
        _TERMS,
        width=16,
        columns=(
            Column("team", "team", WORDS),
            *(Column(name, name) for name in ("offered", "accepted", "rejected", "open", "returned", "won")),
            Column("answered_in_time", "answered in time", RATIO),
            Column("contacted_in_time", "contacted in time", RATIO),
        ),
    ),
)

BALANCES = (
    Panel(
        "In whose hands leads are",
        "Leads in each account of the custody ledger at the end of each day. Every "
        "captured lead is in exactly "
        "one; what came late or was corrected stands at the day at which it was true.",
        Kind.STACK,
        (
            Sql(
                "with moved as materialized (\n"
                "  select day, account, leads from api.pub_stats_custody where account <> 'outside'\n"
                ")\n"
                "select day::timestamp at time zone '${timezone}' as time, account as metric, leads\n"
                "from (\n"
                "  select day, account,\n"
                "    sum(coalesce(leads, 0)) over (partition by account order by day)::float8 as leads\n"
                "  from (select distinct day from moved) days\n"
                "    cross join (select distinct account from moved) accounts\n"
                "    left join moved using (day, account)\n"
                f") held\nwhere {IN_RANGE}\norder by 1, 2",
                over_time=True,
            ),
        ),
        LEADS,
        "docs/custody.md",
        width=12,
    ),
    Panel(
        "Promises kept, by week of the offer",
        "Share of promises kept among those that can be judged by now, by the week of "
        "the offer, from Monday.",
        Kind.LINES,
        (
            Sql(
                "select date_trunc('week', day::timestamp) at time zone '${timezone}' as time,\n"
                '  sum(accept_in_time)::float8 / nullif(sum(accept_due), 0) as "answered in time",\n'
                '  sum(contact_in_time)::float8 / nullif(sum(contact_due), 0) as "contacted in time"\n'
                f"from api.pub_stats_handovers\nwhere {IN_RANGE}\ngroup by 1 order by 1",
                over_time=True,
            ),
        ),
        RATIO,
        _TERMS,
        width=12,
    ),
    Panel(
        "Deep-sixed, by team and by how long",
        "Leads that were accepted and never contacted, by the days for which that has been overdue.",
        Kind.TABLE,
        (
            Sql(
                "select team,\n"
                "  coalesce(sum(leads) filter (where days_overdue between 0 and 2), 0)::bigint as to_2,\n"
                "  coalesce(sum(leads) filter (where days_overdue between 3 and 7), 0)::bigint as to_7,\n"
                "  coalesce(sum(leads) filter (where days_overdue between 8 and 30), 0)::bigint as to_30,\n"
                "  coalesce(sum(leads) filter (where days_overdue > 30), 0)::bigint as longer,\n"
                "  sum(leads)::bigint as all_of_them\n"
                "from api.pub_stats_untouched group by team order by all_of_them desc, team"
            ),
        ),
        LEADS,
        _TERMS,
        width=24,
        columns=(
            Column("team", "team", WORDS),
            Column("to_2", "0 to 2 days"),
            Column("to_7", "3 to 7 days"),
            Column("to_30", "8 to 30 days"),
            Column("longer", "longer"),
            Column("all_of_them", "all"),
        ),
    ),
)
