"""docs/reference/api.md: every route of api and door, from their OpenAPI documents."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import fastapi
from fastapi.routing import APIRoute

from leadtrace_api.app import ADMINISTERING, READING
from leadtrace_api.openapi import application
from leadtrace_ingest.door.documentation.describe import describe
from tests.house.reference.schema_words import Named, Schema, row, table, words

_INTRODUCTION = """\
# Routes

Every route of the api (port 8000) and of the door (port 8001), as their OpenAPI documents tell them. Both
serve the document at `/openapi.json`, with the schema and an example of every answer, and a page to try it
at `/docs`. [Reading from the api](../api.md) says how answers, refusals and pages look; [keys](../keys.md)
says what each scope allows and what needs no key. Routes below `/v1/admin/` are those of [the command
line](cli.md), and take a key of scope `admin`; `/livez`, `/readyz` and `/metrics` are served by every
process.
"""
_BY_ITSELF = {
    "/v1/session": "`POST` takes a key of scope `read`; `GET` and `DELETE` take none",
    "/v1/answers/{token}/{answer}": "the token in the link",
}
_METHODS = ("get", "post", "put", "patch", "delete", "options")


def api_page() -> str:
    """The page as it should stand."""
    api = application()
    door = fastapi.FastAPI(title="door", version="1")
    describe(door)
    return (
        "\n".join(
            [
                _INTRODUCTION,
                "## The api",
                "",
                *_document(api.openapi(), _scopes()),
                "## The door",
                "",
                *_document(door.openapi(), {}),
            ]
        ).rstrip()
        + "\n"
    )


def _scopes() -> Mapping[str, str]:
    """What each path of the api asks for, by the routers that are guarded."""
    guarded = ((READING, "`read`"), (ADMINISTERING, "`admin`"))
    return {
        route.path: scope
        for routers, scope in guarded
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
    }


def _document(document: Schema, scopes: Mapping[str, str]) -> Iterator[str]:
    """Every route of a document, by path."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    models = document.get("components", {}).get("schemas", {})

    def named(name: str) -> str:
        return words(models[name], named)

    for path, operations in sorted(document["paths"].items()):
        for method in _METHODS:
            if method in operations:
                scope = scopes.get(path) or _proof(path, operations[method], schemes)
                yield from _operation(f"{method.upper()} {path}", operations[method], scope, named)


def _proof(path: str, operation: Schema, schemes: Schema) -> str:
    """How whoever asks proves who it is, in the words of the document's security schemes."""
    wanted = [schemes[name]["description"] for one in operation.get("security", ()) for name in one]
    if wanted:
        return " ".join(wanted)
    if path.startswith("/v1/webhooks/"):
        return "what [the page of the sender](../senders/README.md) says, or an API key of scope `ingest`"
    return _BY_ITSELF.get(path, "none")


def _operation(title: str, operation: Schema, scope: str, named: Named) -> Iterator[str]:
    yield f"### `{title}`"
    yield ""
    yield f"**{operation['summary'].rstrip('.')}.** {_prose(operation.get('description', ''))}"
    yield ""
    yield f"Scope or proof: {scope}"
    yield ""
    bodies = operation.get("requestBody", {}).get("content", {})
    if bodies:
        yield f"Body: {', '.join(f'`{one}`' for one in bodies)}"
        yield ""
    yield f"Answers: {', '.join(f'`{one}`' for one in sorted(operation['responses']))}"
    yield ""
    parameters = operation.get("parameters", [])
    if parameters:
        yield from table("parameter", "in", "type", "default", "what it does")
        yield from _parameters(parameters, named)
        yield ""


def _parameters(parameters: Sequence[Schema], named: Named) -> Iterator[str]:
    """A row for each; those that stand together and say the same, such as filters, share one."""
    for said, alike in groupby(parameters, key=lambda one: _said(one, named)):
        yield row(", ".join(f"`{one['name']}`" for one in alike), *said)


def _said(parameter: Schema, named: Named) -> tuple[str, ...]:
    """What a row says of a parameter beside its name."""
    schema = parameter["schema"]
    default = json.dumps(schema["default"]).strip('"') if "default" in schema else "none"
    return (
        parameter["in"],
        words(schema, named),
        "required" if parameter.get("required") else default,
        parameter.get("description") or schema.get("description", ""),
    )


def _prose(text: str) -> str:
    return "\n\n".join(" ".join(one.split()) for one in text.split("\n\n"))
