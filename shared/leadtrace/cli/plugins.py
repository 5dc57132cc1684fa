"""Commands that a service brings along: it names a function in its entry points, and this room imports none.

The function is given the `leadtrace` command and adds its own below it.
"""

from importlib.metadata import entry_points

import typer

GROUP = "leadtrace.commands"


def add_plugins(app: typer.Typer) -> None:
    """Let every installed service add its commands, in the order of their names."""
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        point.load()(app)
