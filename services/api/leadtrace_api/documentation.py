"""The OpenAPI document with its examples as they were written: FastAPI drops every null from them."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute


def keep_nulls_in_examples(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Have the document show which fields of an answer may be null."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        document = generated()
        for route in (route for router in routers for route in router.routes):
            if isinstance(route, APIRoute):
                _put_back(route, document["paths"][route.path_format])
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _put_back(route: APIRoute, operations: dict[str, Any]) -> None:
    for status, given in route.responses.items():
        for media_type, content in given.get("content", {}).items():
            if "example" in content:
                for method in route.methods or ():
                    answer = operations[method.lower()]["responses"][str(status)]
                    answer["content"][media_type]["example"] = content["example"]
