"""An application whose page `/docs` asks no other host for its scripts: it works without internet."""

from typing import Final

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

_PAGE: Final = "/docs"
_FILES: Final = "/docs-files"


def documented_app(*, title: str, version: str, summary: str | None = None) -> FastAPI:
    """An application without routes but those of its documentation."""
    return FastAPIOffline(
        title=title, version=version, summary=summary, docs_url=_PAGE, redoc_url=None, static_url=_FILES
    )
