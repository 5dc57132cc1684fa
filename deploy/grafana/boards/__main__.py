"""Write every dashboard as JSON; a unit test holds the files against what this would write."""

from pathlib import Path

from deploy.grafana.boards.catalogue import files

FOLDER = Path(__file__).resolve().parents[1] / "dashboards"


def main() -> None:
    """Replace the files; a dashboard that is no more is removed."""
    wanted = files()
    for old in FOLDER.glob("*.json"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
