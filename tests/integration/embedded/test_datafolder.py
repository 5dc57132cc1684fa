"""The data folder: one process at a time, private files, a key that stays."""

import subprocess
import sys
from pathlib import Path

import pytest

from leadtrace.embedded.datafolder import DataFolder, DataFolderLockedError, RunState

HOLDER = """
import sys
from pathlib import Path
from leadtrace.embedded.datafolder import DataFolder

with DataFolder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_and_told_by_whom(folder: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    data = DataFolder(folder / "data")
    assert data.in_use()
    with pytest.raises(DataFolderLockedError, match=f"process {holder.pid}"):
        data.lock()
    holder.kill()
    holder.communicate()
    assert not data.in_use()
    with data:
        assert data.in_use()
    assert not data.in_use()


def test_the_bootstrap_key_is_made_once_and_private(folder: Path) -> None:
    with DataFolder(folder / "data") as data:
        assert data.known_bootstrap_key() is None
        key = data.bootstrap_key()
        assert len(key) > 32
        assert data.bootstrap_key() == data.known_bootstrap_key() == key
        assert (data.path / "bootstrap-key").stat().st_mode & 0o777 == 0o600


def test_the_state_of_a_run_is_there_while_it_runs(folder: Path) -> None:
    data, reader = DataFolder(folder / "data"), DataFolder(folder / "data")
    assert reader.read_state() is None
    state = RunState(pid=1, postgres_url="postgresql://x", kafka_bootstrap_servers="h:1")
    with data:
        assert reader.read_state() is None
        data.write_state(state)
        assert reader.read_state() == state
        assert (data.path / "run.json").stat().st_mode & 0o777 == 0o600
    assert reader.read_state() is None


def test_a_state_left_by_a_crash_is_not_believed(folder: Path) -> None:
    with DataFolder(folder / "data") as data:
        data.write_state(RunState(pid=1, postgres_url="postgresql://x", kafka_bootstrap_servers="h:1"))
        left = (data.path / "run.json").read_bytes()
    (folder / "data" / "run.json").write_bytes(left)
    assert DataFolder(folder / "data").read_state() is None
