"""What a change of definitions would move, as tables: bands from where to where, stages, and who they are."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.markup import escape

from leadtrace.cli.console import console
from leadtrace.cli.tables import names, numbers, plain_table, words

Json = Mapping[str, Any]

_SHORT_HASH = 12
_LEFT_OUT = {
    "absorbed": "belong to another lead now",
    "without_facts": "have no facts of a known type",
    "failed": "could not be folded",
}
_WHEN = {"now": "now", "ever": "ever"}


def print_diff(report: Json) -> None:
    """Print everything, the changes first and the ids last."""
    for side in "ab":
        one = report[side]
        said = f"{escape(one['name'])}: {escape(one['id'])}, version {one['version']}"
        _print(f"[bold]{side.upper()}[/]  {said}, hash {one['hash'][:_SHORT_HASH]}")
    _leads(report)
    _bands(report)
    _moves("Who goes to another band", _band_moves(report))
    _stages(report)
    _moves("Whose clauses come to hold, and whose no more", _stage_moves(report))
    _costs(report)
    _samples(report)


def _leads(report: Json) -> None:
    leads, score = report["leads"], report["score"]
    _print(f"\n{leads['compared']:,} leads compared, as of {report['at'][:19].replace('T', ' ')} UTC")
    for name, said in _LEFT_OUT.items():
        if leads[name]:
            _print(f"{leads[name]:,} left out: they {said}")
    if leads["failed_sample"]:
        _print(f"could not be folded: {', '.join(leads['failed_sample'])}")
    if score["mean_change"] is not None:
        mean = Decimal(score["mean_change"])
        _print(f"{score['changed']:,} have another score; the mean change of all is {mean:+} points")
    if leads["truncated"]:
        _print(f"{leads['truncated']:,} have older verdicts than are kept: 'ever' may miss some of them")


def _bands(report: Json) -> None:
    places = [row["band"] for row in report["bands"]]
    cells = {(cell["from"], cell["to"]): cell["leads"] for cell in report["band_matrix"]}
    table = plain_table(
        names("by A"), *(numbers(f"{place} by B") for place in places), numbers("all by A"), title="Bands"
    )
    for before in places:
        counts = [cells[before, after] for after in places]
        table.add_row(before, *(f"{count:,}" for count in (*counts, sum(counts))))
    table.add_section()
    table.add_row(
        "all by B", *(f"{row['b']:,}" for row in report["bands"]), f"{report['leads']['compared']:,}"
    )
    console.print(table)


def _stages(report: Json) -> None:
    table = plain_table(
        names("stage"),
        "clauses hold",
        *map(numbers, ("by A", "by B", "in", "out")),
        words("cost by A"),
        words("cost by B"),
        title="Stages",
        caption=_without_clauses(report["stages"]),
    )
    for stage in report["stages"]:
        label = stage["stage"]
        for when, said in _WHEN.items():
            held = stage[when]
            counts = (held["a"], held["b"], held["moved_in"]["leads"], held["moved_out"]["leads"])
            costs = (_cost(held["cost_a"]), _cost(held["cost_b"]))
            table.add_row(label, said, *(f"{count:,}" for count in counts), *costs)
            label = ""
    if report["stages"]:
        console.print(table)


def _without_clauses(stages: Sequence[Json]) -> str | None:
    lacking = [
        f"{side.upper()} has no clauses for {stage['stage']}"
        for stage in stages
        for side in "ab"
        if side not in stage["clauses_in"]
    ]
    return "; ".join(lacking) or None


def _moves(title: str, moves: Sequence[tuple[str, Json]]) -> None:
    """Leads, orders and revenue of movements that anybody made."""
    table = plain_table(
        names("movement"), *map(numbers, ("leads", "orders")), words("revenue won of them"), title=title
    )
    for name, moved in moves:
        table.add_row(name, f"{moved['leads']:,}", f"{moved['orders']:,}", _money(moved["revenue"]))
    if moves:
        console.print(table)


def _band_moves(report: Json) -> list[tuple[str, Json]]:
    return list(_both_ways((row["band"], row) for row in report["bands"]))


def _stage_moves(report: Json) -> list[tuple[str, Json]]:
    held = (
        (f"{stage['stage']} {said}", stage[when])
        for stage in report["stages"]
        for when, said in _WHEN.items()
    )
    return list(_both_ways(held))


def _both_ways(rows: Iterator[tuple[str, Json]]) -> Iterator[tuple[str, Json]]:
    for name, row in rows:
        for way, said in (("moved_in", "into"), ("moved_out", "out of")):
            if row[way]["leads"]:
                yield f"{said} {name}", row[way]


def _costs(report: Json) -> None:
    _print(f"\n{report['orders']:,} orders were won of these leads, revenue {_money(report['revenue'])}")
    if report["spend"] is None:
        _print(f"costs cannot be told: {report['spend_unknown']}")
    elif report["spend"]:
        per_order = _cost(report["cost_per_order"])
        _print(f"all spend: {_money(report['spend'])}; cost per order: {per_order}")
    else:
        _print("no spend was posted, so that nothing cost anything")


def _samples(report: Json) -> None:
    moves = [*_band_moves(report), *_stage_moves(report)]
    shown = [(name, moved) for name, moved in moves if moved["sample"]]
    if shown:
        _print("\n[bold]Some of them, lowest ids first[/]")
    for name, moved in shown:
        _print(f"[cyan]{name}[/] ({len(moved['sample']):,} of {moved['leads']:,})")
        for lead in moved["sample"]:
            _print(f"    {lead}")


def _cost(amounts: Sequence[Json] | None) -> str:
    return _money(amounts) if amounts else "-"


def _money(amounts: Sequence[Json]) -> str:
    return " + ".join(f"{Decimal(one['amount']):,} {one['currency']}" for one in amounts) or "0"


def _print(line: str) -> None:
    console.print(line, highlight=False)
