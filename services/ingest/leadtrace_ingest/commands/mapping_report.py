"""What a mapping makes of an item, as a tree to read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from rich.markup import escape
from rich.tree import Tree

from leadtrace.events.codec import encode
from leadtrace.events.envelope import TYPE_PREFIX
from leadtrace_ingest.commands.remedy import remedy
from leadtrace_ingest.senders.generic.mapping import Explanation
from leadtrace_ingest.senders.item import Bound, Draft, Ignored, Mapped, Refused


def explained_item(where: str, explanation: Explanation) -> Tree:
    """The item with its rules, and its events or the reason why there are none."""
    result = explanation.result
    match result:
        case Mapped():
            said = f"[green]{_events(len(result.drafts))}[/] from {escape(result.source)}"
        case Ignored():
            said = f"[yellow]ignored[/]: {result.reason}"
        case Refused():
            said = f"[red]refused[/]: {result.reason}"
    tree = Tree(f"[bold]{escape(where)}[/]: {said}", guide_style="dim")
    tree.add(f"[dim]matched:[/] {escape(', '.join(explanation.rules)) or 'no rule'}")
    match result:
        case Mapped():
            for draft in result.drafts:
                tree.add(_event(draft, result.source))
        case Ignored():
            tree.add(result.reason.sentence)
        case Refused():
            tree.add(result.reason.sentence)
            tree.add(f"[red]{escape(result.detail)}[/]")
            tree.add(f"[cyan]remedy:[/] {escape(remedy(result.reason))}")
    return tree


def _event(draft: Draft, source: str) -> Tree:
    name = draft.type.removeprefix(TYPE_PREFIX).rpartition(".")[0]
    subject = escape(f"{draft.kind}/{draft.external_id}")
    tree = Tree(f"[bold cyan]{name}[/]  {subject}  [dim]{_moment(draft.time)}[/]")
    for path, value in _leaves("", msgspec.json.decode(_data(draft, source))):
        tree.add(f"[dim]{escape(path)}:[/] {escape(value)}")
    return tree


def _data(draft: Draft, source: str) -> bytes:
    if draft.complete is None:
        return draft.data or b"{}"
    refers = [Bound(one.source or source, f"{one.kind}/{one.external_id}", "", 0) for one in draft.refers]
    return encode(draft.complete(refers))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case {"source": _, "subject": subject, "bindingrev": _}:
            # What it is bound to is the relay's to say.
            yield path, subject
        case dict():
            for name, one in value.items():
                yield from _leaves(f"{path}.{name}".removeprefix("."), one)
        case list():
            for number, one in enumerate(value):
                yield from _leaves(f"{path}[{number}]", one)
        case None:
            yield path, "cleared"
        case _:
            yield path, value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _moment(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _events(number: int) -> str:
    return "1 event" if number == 1 else f"{number} events"
