"""Putting the raw routes into the app's OpenAPI page."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from leadtrace_ingest.door.documentation import answers, clients, erasures, events, imports, spend, webhooks


def describe(app: FastAPI) -> None:
    """Have the app's OpenAPI page tell of the raw routes too."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schema["paths"] |= {
                **webhooks.PATHS,
                **events.PATHS,
                **clients.PATHS,
                **spend.PATHS,
                **imports.PATHS,
                **erasures.PATHS,
                **answers.PATHS,
            }
            schemes = schema.setdefault("components", {}).setdefault("securitySchemes", {})
            schemes |= {**events.SECURITY, **clients.SECURITY, **erasures.SECURITY}
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
