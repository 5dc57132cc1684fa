"""The OpenAPI document: examples as they were written, and the one schema of all errors.

FastAPI drops every null from examples, and would repeat the schema in each of hundreds of errors.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from leadtrace_api.problems import Problem

PROBLEM = {"$ref": "#/components/schemas/Problem"}


def complete_document(app: FastAPI, routers: Sequence[APIRouter]) -> None:
    """Have the document show which fields of an answer may be null, and what an error looks like."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        document = generated()
        document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
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
