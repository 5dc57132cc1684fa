"""Serves an ASGI app on a port for as long as a block lasts, in a thread of its own."""

from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def served(app: ASGIApp, port: int) -> Generator[None]:
    """The app answers on loopback inside the block."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    # The socket listens before the thread runs, so that nobody has to wait for it.
    listener.listen()
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name=f"served-{port}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
