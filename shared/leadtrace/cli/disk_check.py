"""What `leadtrace doctor` says of room on disks: for data and spill, and how large the database is."""

import os
import shutil
from pathlib import Path

from leadtrace.cli.database_look import rows_of
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Profile

MIN_FREE_BYTES = 2_000_000_000
_BYTES_PER_GB = 1_000_000_000
_SIZE = "select pg_database_size(current_database())"


async def check_disk(settings: Settings) -> list[Finding]:
    """The data folder where `leadtrace up` keeps everything, the folder of the spill, the database's size.

    How much is free where a database by address has its disk, PostgreSQL does not tell.
    """
    findings = [_spill(settings)]
    if settings.profile is Profile.EMBEDDED:
        findings.insert(0, _data(settings.embedded.data_dir))
    rows = await rows_of(settings, _SIZE)
    if rows:
        findings.append(Finding("database size", Verdict.GOOD, _gigabytes(rows[0][0])))
    return findings


def _data(folder: Path) -> Finding:
    free = _free_at(folder)
    detail = f"{_gigabytes(free)} free for {folder}"
    if free < MIN_FREE_BYTES:
        remedy = f"free {_gigabytes(MIN_FREE_BYTES)}, or move embedded.data_dir"
        return Finding("disk space", Verdict.BAD, detail, remedy)
    return Finding("disk space", Verdict.GOOD, detail)


def _spill(settings: Settings) -> Finding:
    """Without its quota the door refuses what the database does not take, sooner than it says."""
    folder, quota = settings.spill_folder, settings.door.spill_max_bytes
    if quota == 0:
        detail = "no files: what the database does not take in time is refused"
        return Finding("spill", Verdict.DOUBTFUL, detail, "set door.spill_max_bytes, unless that is meant")
    existing = _existing(folder)
    if not os.access(existing, os.W_OK | os.X_OK):
        detail = f"{existing} cannot be written to by this user"
        remedy = "let the door's user write there, or set door.spill_dir"
        return Finding("spill", Verdict.DOUBTFUL, detail, remedy)
    free = _free_at(folder)
    detail = f"{_gigabytes(free)} free for {folder}, up to {_gigabytes(quota)} are used"
    if free < quota:
        return Finding("spill", Verdict.DOUBTFUL, detail, "free more, or lower door.spill_max_bytes")
    return Finding("spill", Verdict.GOOD, detail)


def _free_at(folder: Path) -> int:
    return shutil.disk_usage(_existing(folder)).free


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there already."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _gigabytes(size: int) -> str:
    return f"{size / _BYTES_PER_GB:,.1f} GB"
