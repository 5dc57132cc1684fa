"""The master keys of an installation: configured, else those of the data folder in embedded mode."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Profile
from leadtrace.runtime.vault.wrapper import KEY_BYTES, MOST_LIVE, LocalWrapper

_FILE = "master-keys"
_PRIVATE = 0o600
_REMEDY = "`leadtrace keys new-master` makes one"


def new_master_key() -> str:
    """A fresh master key as it is configured."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def configured_wrapper(settings: Settings) -> LocalWrapper:
    """The wrapper of this installation; in embedded mode the first one to ask makes its master key.

    Raises:
        SettingsError: there is no master key, or one is none.
    """
    found = known_wrapper(settings)
    if found is not None:
        return found
    if settings.profile is not Profile.EMBEDDED:
        raise SettingsError([f"personal.master_keys: not set; {_REMEDY}"])
    _make(_path(settings))
    return _wrapper(_lines(settings), str(_path(settings)))


def known_wrapper(settings: Settings) -> LocalWrapper | None:
    """The same, but None where there is no master key yet.

    Raises:
        SettingsError: one is none.
    """
    given = [key.get_secret_value() for key in settings.personal.master_keys]
    if given:
        return _wrapper(given, "personal.master_keys")
    if settings.profile is not Profile.EMBEDDED or not _path(settings).exists():
        return None
    return _wrapper(_lines(settings), str(_path(settings)))


def put_first(settings: Settings, key: str) -> Path:
    """Have the data folder's installation wrap under this key from its next start on; the last one opens on.

    Raises:
        SettingsError: the keys are configured, or two are live already.
    """
    path = _path(settings)
    if settings.personal.master_keys or settings.profile is not Profile.EMBEDDED:
        raise SettingsError(["personal.master_keys: put the new key first there; the old one stays second"])
    lines = _lines(settings) if path.exists() else []
    if len(lines) >= MOST_LIVE:
        raise SettingsError([f"{path}: two keys are live; run `leadtrace keys rotate-master` first"])
    _write(path, [key, *lines])
    return path


def keep_first(settings: Settings) -> Path | None:
    """Forget the old key of the data folder, after everything is under the first; None if none was kept."""
    path = _path(settings)
    if settings.personal.master_keys or not path.exists():
        return None
    lines = _lines(settings)
    if len(lines) == 1:
        return None
    _write(path, lines[:1])
    return path


def _path(settings: Settings) -> Path:
    return settings.embedded.data_dir / _FILE


def _lines(settings: Settings) -> list[str]:
    return _path(settings).read_text().split()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{_FILE}.{secrets.token_hex(8)}")
    _write(draft, [new_master_key()])
    try:
        # Whole or not at all, and never over another's: processes start side by side.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _write(path: Path, lines: list[str]) -> None:
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _wrapper(given: list[str], where: str) -> LocalWrapper:
    try:
        keys = [base64.b64decode(text, validate=True) for text in given]
        return LocalWrapper(keys)
    except (binascii.Error, ValueError):
        rule = f"1 or {MOST_LIVE} keys, each base64 of {KEY_BYTES} bytes"
        raise SettingsError([f"{where}: {rule}; {_REMEDY}"]) from None
