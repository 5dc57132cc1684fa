"""`GET /` and its assets: open to everybody, since they hold no number; the page asks `/v1` for those."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from leadtrace_api.dashboard.files import File, assets, page
from leadtrace_api.problems import NotFoundError

# Nothing inline, nothing from another host, nothing that frames the page or that it sends a form to.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def routes() -> APIRouter:
    """The routes over the built files, which are read now."""
    router = APIRouter(include_in_schema=False)
    index, named = page(), assets()

    @router.get("/")
    async def dashboard() -> Response:
        return _answer(index)

    @router.get("/assets/{name}")
    async def asset(name: str) -> Response:
        found = named.get(name)
        if found is None:
            raise NotFoundError("The page has no such file.", remedy="Load the page anew.")
        return _answer(found)

    return router


def _answer(file: File) -> Response:
    headers = {**_HEADERS, "Cache-Control": file.cache_control}
    return Response(file.body, media_type=file.media_type, headers=headers)
