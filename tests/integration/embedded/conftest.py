"""Folders that PostgreSQL's unprivileged user can reach, which pytest's own are not when we are root."""

import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Generator[Path]:
    """An empty folder with a short path, removed afterwards."""
    path = Path(tempfile.mkdtemp(prefix="leadtrace-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)
