"""What end-to-end tests share: a data folder that PostgreSQL's own user can reach, on a short path."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """An empty folder for one installation, removed at the end."""
    parent = Path(tempfile.mkdtemp(prefix="leadtrace-e2e-"))
    parent.chmod(0o711)
    yield parent / "data"
    shutil.rmtree(parent, ignore_errors=True)
