"""The built files of the page, read once: what each is, and how long a browser may keep it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUILT: Final = Path(__file__).parent / "built"
_ASSETS: Final = "assets"
_MEDIA_TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
# The name of an asset says what is in it: what has that name never changes.
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_ASK_EACH_TIME: Final = "no-cache"


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent."""

    body: bytes
    media_type: str
    cache_control: str


def page() -> File:
    """The page itself, which names its assets."""
    return _file(BUILT / "index.html", _ASK_EACH_TIME)


def assets() -> dict[str, File]:
    """The assets by name."""
    return {path.name: _file(path, _FOR_GOOD) for path in sorted((BUILT / _ASSETS).iterdir())}


def _file(path: Path, cache_control: str) -> File:
    return File(path.read_bytes(), f"{_MEDIA_TYPES[path.suffix]}; charset=utf-8", cache_control)
