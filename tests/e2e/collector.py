"""A collector of OpenTelemetry traces on loopback: OTLP over HTTP, as any vendor's takes it."""

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.embedded.readiness import free_port
from leadtrace.testing.eventually import eventually_answers

PATH = "/v1/traces"


@dataclass(frozen=True, slots=True)
class Told:
    """A span as it came over the wire; ids in hexadecimal, `parent` empty at the top of a trace."""

    service: str
    name: str
    trace: str
    span: str
    parent: str
    attributes: dict[str, str | int]


@dataclass(slots=True)
class Collector:
    """What came so far, with the `Authorization` that it came by, and every byte of it."""

    endpoint: str
    spans: list[Told] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    raw: bytearray = field(default_factory=bytearray)

    async def take(self, request: Request) -> Response:
        """Take a batch of spans."""
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.shown.add(request.headers.get("authorization", ""))
        self.raw += body
        asked = ExportTraceServiceRequest.FromString(body)
        for resource in asked.resource_spans:
            (service,) = (
                one.value.string_value for one in resource.resource.attributes if one.key == "service.name"
            )
            for scope in resource.scope_spans:
                self.spans += [
                    Told(
                        service,
                        span.name,
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        {one.key: one.value.string_value or one.value.int_value for one in span.attributes},
                    )
                    for span in scope.spans
                ]
        return Response(b"", media_type="application/x-protobuf")

    def of(self, trace: str) -> list[Told]:
        """The spans of one trace, so far."""
        return [span for span in self.spans if span.trace == trace]


@asynccontextmanager
async def collecting() -> AsyncGenerator[Collector]:
    """A collector that listens until the end."""
    port = free_port()
    collector = Collector(f"http://127.0.0.1:{port}{PATH}")
    app = Starlette(routes=[Route(PATH, collector.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())

    async def listens() -> bool:
        return server.started

    try:
        await eventually_answers(listens, what="the collector listens", deadline_s=10.0)
        yield collector
    finally:
        server.should_exit = True
        await task
