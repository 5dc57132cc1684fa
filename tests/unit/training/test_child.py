"""The child process: it answers and ends, gives the same bytes each time, and says in words what it lacks."""

import asyncio
import subprocess
import sys

import msgspec
import psutil
import pytest

from leadtrace.domain.predict.training import decode_request, encode_request, encode_result
from leadtrace.runtime.training_child import TrainingError, train_in_child
from leadtrace.testing.eventually import eventually
from leadtrace.training.run import train
from tests.unit.training.leads import made_dataset, request

DEADLINE_S = 120.0


def children() -> list[int]:
    """Process ids of the training processes that this one started."""
    started = psutil.Process().children()
    return [child.pid for child in started if "leadtrace.training" in child.cmdline()]


def run(given: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    """The command as an operator would run it."""
    argv = [sys.executable, *options, "-m", "leadtrace.training"]
    return subprocess.run(argv, input=given, capture_output=True, check=False, timeout=DEADLINE_S)


def test_retraining_gives_the_same_bytes_in_another_process() -> None:
    given = encode_request(request(made_dataset()))
    first, second = run(given), run(given)
    assert (first.returncode, first.stderr) == (0, b"")
    assert first.stdout == second.stdout == encode_result(train(decode_request(given)))


async def test_a_service_gets_the_result_and_the_child_is_gone() -> None:
    asked = request(made_dataset())
    assert await train_in_child(asked, deadline_s=DEADLINE_S) == train(asked)


async def test_what_cannot_be_learnt_from_is_said_in_words() -> None:
    dataset = made_dataset(10)
    twice = msgspec.structs.replace(dataset, rows=(*dataset.rows, dataset.rows[0]))
    with pytest.raises(TrainingError, match="training: 1 leads stand twice in the data"):
        await train_in_child(request(twice), deadline_s=DEADLINE_S)


async def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TrainingError, match="longer than 0 s"):
        await train_in_child(request(made_dataset()), deadline_s=0)


async def test_a_service_that_stops_takes_its_child_along() -> None:
    task = asyncio.ensure_future(train_in_child(request(made_dataset()), deadline_s=DEADLINE_S))
    await eventually(children, what="the child to start", deadline_s=DEADLINE_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == []


def test_bytes_that_are_no_request_are_refused() -> None:
    done = run(b'{"version": 1}')
    assert done.returncode == 2
    assert done.stderr.startswith(b"training: Object missing required field")


def test_without_the_extra_it_says_what_to_install() -> None:
    """A module that is None fails to be imported, as one does that is not there."""
    shim = (
        "import sys; sys.modules['sklearn'] = None; sys.argv = ['training'];"
        "import runpy; runpy.run_module('leadtrace.training', run_name='__main__')"
    )
    given = encode_request(request(made_dataset(10)))
    done = subprocess.run([sys.executable, "-c", shim], input=given, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"install leadtrace[training]" in done.stderr
