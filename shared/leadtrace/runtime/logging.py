"""Logs: dotted past events with ids as fields, JSON for services, readable in a terminal, no secrets."""

import logging
import re
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from traceback import format_tb
from typing import Any, TextIO

import structlog
from pydantic import SecretStr
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

MASK = "***"
_SECRET_NAME = re.compile(r"secret|password|passwd|token|authorization|api_?key|bootstrap_key|credential|dsn")
_URL_PASSWORD = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^:/@\s]*:)[^@/\s]+@")
_NOISY = ("alembic", "asyncio", "httpx", "httpcore", "uvicorn", "sqlalchemy")


# What is bound for the work at hand: asked only when a line is written, so binding costs next to nothing.
_ids: ContextVar[Callable[[EventDict], Mapping[str, str]] | None] = ContextVar("ids", default=None)

# Never the local variables: among them are passwords and what persons told us.
_DESCRIBE = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


class LogFormat(StrEnum):
    """How lines look."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def configure_logging(
    service: str,
    *,
    level: str = "info",
    style: LogFormat = LogFormat.AUTO,
    stream: TextIO | None = None,
) -> None:
    """Send structlog's and the libraries' lines to `stream` (standard error), `service` on each.

    Libraries speak from warnings up, whatever the level.
    """
    out = stream or sys.stderr
    pretty = style is LogFormat.CONSOLE or (style is LogFormat.AUTO and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_ids,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _add_service(service),
        mask_secrets,
    ]
    renderer: list[Processor] = (
        [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=_traceback)]
        if pretty
        else [
            structlog.processors.ExceptionRenderer(_described),
            mask_secrets,
            structlog.processors.JSONRenderer(),
        ]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # During an outage aiokafka repeats itself twenty times a second; our clients say once what they lost.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    # A pool that restores its spare connections says so with a traceback each second, `/readyz` in words.
    logging.getLogger("asyncpg").setLevel(logging.ERROR)
    # A collector that is away would be told of every second; `traces.not_taken` says it once.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get_logger(room: str) -> structlog.stdlib.BoundLogger:
    """The logger of a room, named like its package."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(room)
    return logger


@contextmanager
def bound(ids: Callable[[EventDict], Mapping[str, str]]) -> Generator[None]:
    """Have every line that is written meanwhile bear the ids that `ids` finds for it, such as its trace's.

    What a line says itself is never overwritten.
    """
    token = _ids.set(ids)
    try:
        yield
    finally:
        _ids.reset(token)


def mask_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Hide values whose name says that they are secret, and passwords inside URLs."""
    for name, value in event.items():
        event[name] = _masked(name, value)
    return event


def _masked(name: str, value: object) -> object:
    if isinstance(value, SecretStr) or _SECRET_NAME.search(name.lower()):
        return MASK
    if isinstance(value, str):
        return mask_url(value)
    if isinstance(value, dict):
        return {key: _masked(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked("", inner) for inner in value]
    return value


def mask_url(text: str) -> str:
    """The text with the password of every URL in it hidden."""
    return _URL_PASSWORD.sub(rf"\g<before>{MASK}@", text) if "://" in text else text


def words_of(error: BaseException) -> str:
    """Its type, and its text unless that may quote a person's data, as a database's or a parser's may."""
    name = type(error).__name__
    quotes_nothing = isinstance(error, OSError) or type(error).__module__.split(".")[0].startswith(
        "leadtrace"
    )
    return mask_url(f"{name}: {error}") if quotes_nothing else name


def _described(exc_info: ExcInfo) -> list[dict[str, Any]]:
    stacks: list[dict[str, Any]] = _DESCRIBE(exc_info)
    _silence(stacks)
    return stacks


def _silence(stacks: list[dict[str, Any]]) -> None:
    for stack in stacks:
        stack["exc_value"] = ""
        stack.pop("exc_notes", None)
        for inner in stack.get("exceptions", ()):
            _silence(inner)


def _traceback(out: TextIO, error: ExcInfo) -> None:
    one: BaseException | None = error[1]
    chain: list[BaseException] = []
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or one.__context__
    for shown in reversed(chain):
        out.writelines(("\n", *format_tb(shown.__traceback__), words_of(shown)))


def _add_ids(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    ids = _ids.get()
    if ids is not None:
        for name, value in ids(event).items():
            event.setdefault(name, value)
    return event


def _add_service(service: str) -> Processor:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    return add
