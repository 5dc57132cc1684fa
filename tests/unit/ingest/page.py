"""What the page about generic senders shows: files by name, fragments of mappings, commands."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs/senders/generic.md").read_text(encoding="utf-8")
FILES: dict[str, str] = dict(re.findall(r"as `([\w.]+)`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL))
FRAGMENTS: list[str] = [
    block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block not in FILES.values()
]
COMMANDS: list[str] = [
    line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line
]


def save(folder: Path) -> None:
    """Save the page's files as its reader does."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
