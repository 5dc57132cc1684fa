"""Logs: one JSON line an event, nothing secret, libraries quiet."""

import io
import json
import logging
from collections.abc import Generator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from leadtrace.runtime.logging import LogFormat, bound, configure_logging, get_logger, mask_url, words_of


@pytest.fixture
def stream() -> Generator[io.StringIO]:
    """Where the lines go; structlog is as it was before afterwards."""
    root = logging.getLogger()
    handlers, level, config = list(root.handlers), root.level, structlog.get_config()
    out = io.StringIO()
    configure_logging("door", style=LogFormat.JSON, stream=out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_an_event_with_fields(stream: io.StringIO) -> None:
    get_logger("room").info("record.rejected", event_id="e1", count=3)
    (line,) = lines(stream)
    assert line["event"] == "record.rejected"
    assert (line["service"], line["level"], line["count"]) == ("door", "info", 3)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("client_secret", "hush"),
        ("Authorization", "Bearer hush"),
        ("api_key", "hush"),
        ("url", "postgresql://me:hush@db/x"),
        ("anything", SecretStr("hush")),
        ("headers", {"authorization": "hush"}),
        ("servers", ["amqp://a:hush@b"]),
    ],
)
def test_secrets_are_masked(stream: io.StringIO, field: str, value: object) -> None:
    get_logger("room").warning("something.happened", **{field: value})
    assert "hush" not in stream.getvalue()
    assert "***" in stream.getvalue()


@pytest.mark.logs_internal_errors
@pytest.mark.parametrize("style", [LogFormat.JSON, LogFormat.CONSOLE])
def test_a_traceback_tells_where_and_no_local_variable(stream: io.StringIO, style: LogFormat) -> None:
    configure_logging("door", style=style, stream=stream)
    _fail_with("hush", "ana.almeida@example.com")
    assert "_fail_with" in stream.getvalue()
    assert "RuntimeError" in stream.getvalue()
    assert "hush" not in stream.getvalue()
    assert "ana.almeida" not in stream.getvalue()


@pytest.mark.logs_internal_errors
@pytest.mark.parametrize("style", [LogFormat.JSON, LogFormat.CONSOLE])
def test_a_traceback_keeps_the_words_of_errors_that_may_quote_what_a_person_told_us(
    stream: io.StringIO, style: LogFormat
) -> None:
    configure_logging("door", style=style, stream=stream)
    _fail_quoting("ana.almeida")
    assert "ana.almeida" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert "test_logging.py" in stream.getvalue()


def _fail_quoting(name: str) -> None:
    try:
        try:
            int(name)
        except ValueError as error:
            raise ExceptionGroup(name, [KeyError(name), error]) from error
    except ExceptionGroup:
        get_logger("room").exception("item.failed")


def test_words_of_an_error_are_kept_where_they_quote_nothing() -> None:
    assert words_of(OSError("connection refused")) == "OSError: connection refused"
    assert words_of(ValueError("ana.almeida@example.com")) == "ValueError"


def _fail_with(password: str, email: str) -> None:
    try:
        _connect(f"postgresql://me:{password}@db/x")
    except RuntimeError:
        get_logger("room").exception("background.failed", length=len(email))


def _connect(url: str) -> None:
    raise RuntimeError(f"no answer from {url}")


def test_ids_that_are_bound_once_are_on_every_line_of_the_work(stream: io.StringIO) -> None:
    with bound(lambda _: {"intake_id": "i1", "trace_id": "t1"}):
        get_logger("room").info("item.seen", item=3)
        get_logger("room").info("other.seen", intake_id="i2")
    get_logger("room").info("process.stopping")
    seen, other, after = lines(stream)
    assert (seen["intake_id"], seen["trace_id"], seen["item"]) == ("i1", "t1", 3)
    assert (other["intake_id"], other["trace_id"]) == ("i2", "t1")
    assert after.keys() & {"intake_id", "trace_id"} == set()


def test_ids_may_depend_on_what_a_line_is_about(stream: io.StringIO) -> None:
    with bound(lambda line: {"trace_id": "t1"} if line.get("entity_id") == "e1" else {}):
        get_logger("room").info("entity.stuck", entity_id="e1")
        get_logger("room").info("entity.stuck", entity_id="e2")
    assert [line.get("trace_id") for line in lines(stream)] == ["t1", None]


def test_a_collector_that_is_away_is_not_told_of_every_second(stream: io.StringIO) -> None:
    logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter").error("failed to export")
    assert stream.getvalue() == ""


def test_libraries_speak_from_warnings_up(stream: io.StringIO) -> None:
    logging.getLogger("alembic.runtime").info("chatter")
    logging.getLogger("alembic.runtime").warning("trouble")
    assert [line["event"] for line in lines(stream)] == ["trouble"]


def test_the_kafka_client_does_not_repeat_itself_through_an_outage(stream: io.StringIO) -> None:
    logging.getLogger("aiokafka.conn").error("connection lost")
    assert stream.getvalue() == ""


def test_lines_below_the_level_are_not_written(stream: io.StringIO) -> None:
    get_logger("room").debug("detail.seen")
    assert stream.getvalue() == ""


def test_console_lines_are_for_people() -> None:
    out = io.StringIO()
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging("up", style=LogFormat.CONSOLE, stream=out)
    get_logger("room").info("service.started", name="door")
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
    assert "service.started" in out.getvalue()
    assert "name=door" in out.getvalue()


def test_mask_url_leaves_other_text_alone() -> None:
    assert mask_url("see https://example.com/a:b@c") == "see https://example.com/a:b@c"
    assert mask_url("postgresql://u:p@h/d?host=/x") == "postgresql://u:***@h/d?host=/x"
