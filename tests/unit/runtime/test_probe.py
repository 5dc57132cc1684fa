"""A container is healthy when its one process answers, and only then."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from leadtrace.runtime.probe import main
from leadtrace.testing.installation import free_ports


class _Process(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/livez" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests read their own output."""


@pytest.fixture(scope="module")
def process() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Process)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def nobody() -> str:
    return f"http://127.0.0.1:{free_ports(1)[0]}/livez"


def test_it_is_healthy_when_one_of_the_addresses_answers(process: str, nobody: str) -> None:
    assert main([nobody, f"{process}/livez"]) == 0


def test_it_is_not_when_the_process_says_no(process: str) -> None:
    assert main([f"{process}/readyz"]) == 1


def test_it_is_not_when_nobody_listens(nobody: str) -> None:
    assert main([nobody]) == 1


def test_it_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
