"""A service process reduced to what the supervisor sees: /readyz, /metrics, and a line in the history.

Run as a file: `python stand_in.py <name> <port> <folder> [never-ready|dies|stubborn]`.
"""

import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def main(name: str, port: int, folder: Path, mood: str) -> None:
    """Serve until SIGTERM; every start and stop is a line of `folder`/history."""
    _note(folder, f"started {name}")
    if mood == "dies":
        sys.exit("no definitions here")
    (folder / f"{name}.env").write_text("\n".join(f"{key}={value}" for key, value in os.environ.items()))
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(mood, folder))

    def on_term(*_: object) -> None:
        if mood != "stubborn":
            threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, on_term)
    server.serve_forever()
    _note(folder, f"stopped {name}")


def _note(folder: Path, line: str) -> None:
    with (folder / "history").open("a") as history:
        history.write(f"{line}\n")


def _handler(mood: str, folder: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                lag = folder / "lag"
                self._answer(
                    200, f"leadtrace_consumer_lag_records {lag.read_text() if lag.exists() else 0}\n"
                )
            elif mood == "never-ready":
                self._answer(503, '{"missing": [{"dependency": "broker", "reason": "no partitions"}]}')
            else:
                self._answer(200, '{"missing": []}')

        def _answer(self, status: int, body: str) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] if len(sys.argv) > 4 else "good")
