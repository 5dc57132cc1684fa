"""What every answer keeps to beside its body: who may keep it, how it travels, which pages may read it."""

from typing import Final

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadtrace_api.settings import ApiSettings

# Below this the header costs more than it saves.
_LEAST_ZIPPED_BYTES: Final = 1_000
# As small as it gets within a percent or two takes several times as long.
_ZIP_LEVEL: Final = 5
_PREFLIGHT_KEPT_S: Final = 600
# Answers that tell of single leads are kept by nobody; sums may be kept, and are asked for again each time.
_OF_SINGLE_LEADS: Final = (
    *("/v1/leads", "/v1/deals", "/v1/events", "/v1/intake", "/v1/priorities", "/v1/accounts"),
    *("/v1/handovers", "/v1/velocity", "/v1/definitions/disagreements", "/v1/audit/personal-reads"),
    *("/v1/ticker", "/v1/session"),
)
_PREFIX: Final = "/v1/"


def keep_manners(app: FastAPI, settings: ApiSettings) -> None:
    """Have the app say who may keep an answer, zip large ones, and let configured pages read them."""
    app.add_middleware(Kept)
    app.add_middleware(GZipMiddleware, minimum_size=_LEAST_ZIPPED_BYTES, compresslevel=_ZIP_LEVEL)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET"],
            allow_headers=["Authorization", "If-None-Match", "Last-Event-ID"],
            expose_headers=["ETag", "Link", "Retry-After"],
            # A key is sent on purpose; nothing that a browser adds by itself lets anybody read.
            allow_credentials=False,
            max_age=_PREFLIGHT_KEPT_S,
        )


class Kept:
    """Says of an answer whether it may be kept, unless its route said so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the header to the answer."""
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await self._app(scope, receive, send)
            return

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Cache-Control", _may_be_kept(scope["path"]))
                headers.add_vary_header("Authorization, Cookie")
            await send(message)

        await self._app(scope, receive, said)


def _may_be_kept(path: str) -> str:
    return "no-store" if path.startswith(_OF_SINGLE_LEADS) else "private, no-cache"
