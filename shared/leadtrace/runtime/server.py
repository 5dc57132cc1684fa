"""One service process: an ASGI app beside its background tasks, drained together when asked to stop.

Order of a stop: not ready → the listener closes and requests in flight end → background tasks see the
stop signal and drain → what is left at the deadline is cancelled. Requests end first because they may
wait for a background task, as the door's requests wait for its committer.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass

import uvicorn
import uvloop
from starlette.types import ASGIApp

from leadtrace.runtime.garbage import collect_rarely
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.http_protocol import BoundedProtocol
from leadtrace.runtime.logging import get_logger, words_of
from leadtrace.runtime.shutdown import Deadline, StopSignal, drain

Background = Callable[[StopSignal], Coroutine[object, object, None]]

DRAIN_DEADLINE_S = 10.0
_BACKLOG = 2048

_log = get_logger("leadtrace.runtime.server")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a process listens."""

    host: str
    port: int


class BackgroundFailedError(Exception):
    """A background task ended with an error; the process stops so that its supervisor starts it anew."""


class _QuietServer(uvicorn.Server):
    """uvicorn without signal handlers of its own: the stop signal decides."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def serve(
    app: ASGIApp,
    address: Address,
    *,
    readiness: Readiness,
    background: Mapping[str, Background],
    stop: StopSignal | None = None,
    deadline_s: float = DRAIN_DEADLINE_S,
    on_stopped: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT or `stop`, then drain within `deadline_s` seconds.

    A background task may end early without an error; one that raises stops the process. `on_stopped`
    runs last, to close pools and clients.

    Raises:
        BackgroundFailedError: a background task raised.
        OSError: the address is taken.
    """
    stop = stop or StopSignal()
    server = _QuietServer(_config(app, address, deadline_s))
    work_stop = StopSignal()
    failures: list[str] = []
    tasks = [
        asyncio.create_task(_watched(name, work, work_stop, stop, failures), name=name)
        for name, work in background.items()
    ]
    listener = asyncio.create_task(_listen(server, address), name="listener")
    with _signals(stop):
        _log.info("process.started", host=address.host, port=address.port)
        await _until_stopped(stop, listener)
        _log.info("process.stopping", reason=stop.reason or "the listener ended")
        deadline = Deadline(deadline_s)
        readiness.start_draining()
        server.should_exit = True
        await drain([listener], Deadline(deadline.remaining_s() / 2))
        work_stop.set(stop.reason or "the listener ended")
        late = await drain(tasks, deadline)
        for task in late:
            _log.warning("shutdown.task_cancelled", task=task.get_name(), deadline_s=deadline_s)
        if on_stopped is not None:
            await on_stopped()
    if not listener.cancelled() and (error := listener.exception()) is not None:
        raise error
    if failures:
        raise BackgroundFailedError(", ".join(failures))


def run(main: Coroutine[object, object, None]) -> None:
    """Run a process' main coroutine on uvloop, with the collector out of its way."""
    collect_rarely()
    uvloop.run(main)


def _config(app: ASGIApp, address: Address, deadline_s: float) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=address.host,
        port=address.port,
        loop="none",
        http=BoundedProtocol,
        ws="none",
        access_log=False,
        proxy_headers=False,
        log_config=None,
        server_header=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=max(1, int(deadline_s / 2)),
    )


async def _listen(server: _QuietServer, address: Address) -> None:
    try:
        await server.serve()
    except SystemExit:
        # uvicorn leaves the process when the port is taken; here that is an error like any other.
        raise OSError(f"cannot listen on {address.host}:{address.port}; is it taken?") from None


async def _watched(
    name: str, work: Background, work_stop: StopSignal, stop: StopSignal, failures: list[str]
) -> None:
    """Run background work; any error ends the process, because work that silently died is worse."""
    try:
        await work(work_stop)
    except Exception as error:  # noqa: BLE001 - the edge of the process: it is logged and ends it
        _log.exception("background.failed", task=name)
        failures.append(f"{name}: {words_of(error)}")
        stop.set(f"{name} failed")


async def _until_stopped(stop: StopSignal, listener: asyncio.Task[None]) -> None:
    waiter = asyncio.create_task(stop.wait())
    await asyncio.wait({waiter, listener}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()


@contextlib.contextmanager
def _signals(stop: StopSignal) -> Generator[None, None, None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set, signal.Signals(number).name)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
