"""What end-to-end tests share: data folders that PostgreSQL's own user can reach, and one installation."""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leadtrace.testing.installation import Installation, running
from leadtrace.testing.loop_thread import LoopThread


@contextmanager
def reachable_folder() -> Generator[Path]:
    """A folder on a short path that is removed at the end."""
    parent = Path(tempfile.mkdtemp(prefix="leadtrace-e2e-"))
    parent.chmod(0o711)
    try:
        yield parent / "data"
    finally:
        shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A place for the data of one installation, which does not exist yet."""
    with reachable_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def shared() -> Iterator[Installation]:
    """One ready installation for all tests that only look and post; they get on with each other's events."""
    with (
        reachable_folder() as folder,
        LoopThread("shared-installation") as loop,
        loop.entered(running(folder, COLUMNS="80")) as installation,
    ):
        yield installation
