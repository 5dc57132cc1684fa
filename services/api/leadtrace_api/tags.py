"""Tags of answers: who asks again with the tag of what it has is told that no number of it would be another.

A tag names everything that an answer is made of: the counters that each transaction raises which changes the
read models, the definitions in force, the settings, the code, the question, and what the route itself adds.
"""

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response

from leadtrace_api.reading import Reading
from leadtrace_api.room import room_of

NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "Every number is still as in the answer that had the tag of `If-None-Match`."}
}
_PACKAGES: Final = ("leadtrace", "leadtrace_api")
# Another release of it may round otherwise.
_RECKONING: Final = "numpy"
_BYTES: Final = 16


def tag_of(request: Request, now: Reading, *also: object) -> str:
    """The tag of the answer to a request; `also` is what it depends on beside read models and definitions.

    It is weak: the answer's own moment is another one each time.
    """
    settings = room_of(request).settings
    made_of = (
        now.state,
        now.version,
        settings.currency,
        settings.timezone,
        _code(),
        (request.url.path, request.url.query),
        also,
    )
    return f'W/"{hashlib.blake2b(repr(made_of).encode(), digest_size=_BYTES).hexdigest()}"'


def has(request: Request, tag: str) -> bool:
    """Whether who asks has the answer of this tag."""
    given = request.headers.get("if-none-match", "").split(",")
    return _opaque(tag) in {_opaque(one) for one in given}


def not_modified(tag: str) -> Response:
    """The answer to who has it."""
    return Response(status_code=304, headers={"ETag": tag})


def tagged(answer: Response, tag: str | None) -> Response:
    """The answer with its tag, if it has one."""
    if tag is not None:
        answer.headers["ETag"] = tag
    return answer


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")


@cache
def _code() -> str:
    """What tells this code from any other: a fix may change a number without a new release."""
    digest = hashlib.blake2b(version(_RECKONING).encode(), digest_size=_BYTES)
    for package in _PACKAGES:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            for module in sorted(Path(folder).rglob("*.py")):
                digest.update(module.read_bytes())
    return digest.hexdigest()
