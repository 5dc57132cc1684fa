"""What `leadtrace doctor` says of the master keys: whether what is stored opens with them."""

from leadtrace.cli.database_look import rows_of
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError
from leadtrace.runtime.settings_groups import Profile
from leadtrace.runtime.vault.configured import known_wrapper
from leadtrace.runtime.vault.wrapper import KeyWrapper

_CHECK = "master keys"
_IN_USE = "select master_id from ingest.pub_master_keys where retired_at is null"


async def check_master_keys(settings: Settings) -> list[Finding]:
    """Whether there is a master key, and whether it is the one that personal data are sealed under."""
    try:
        wrapper = known_wrapper(settings)
    except SettingsError as error:
        return [Finding(_CHECK, Verdict.BAD, problem, "see docs/erasure.md") for problem in error.problems]
    if wrapper is None and settings.profile is Profile.DISTRIBUTED:
        remedy = "set personal.master_keys, made by `leadtrace keys new-master`"
        return [Finding(_CHECK, Verdict.BAD, "none: ingest does not start", remedy)]
    in_use = [master for (master,) in await rows_of(settings, _IN_USE)]
    if wrapper is None:
        return [_nothing_yet(in_use)]
    return [_compared(wrapper, in_use)]


def _nothing_yet(in_use: list[bytes]) -> Finding:
    if in_use:
        remedy = "bring the file master-keys back into the data folder"
        return Finding(_CHECK, Verdict.BAD, "the data folder has none, yet something is sealed", remedy)
    return Finding(_CHECK, Verdict.GOOD, "`leadtrace up` makes one")


def _compared(wrapper: KeyWrapper, in_use: list[bytes]) -> Finding:
    missing = [master.hex() for master in in_use if master not in wrapper.known]
    if missing:
        detail = f"something is sealed under {', '.join(missing)}, which is not among the keys given"
        remedy = "put that key back, second in personal.master_keys or the file master-keys"
        return Finding(_CHECK, Verdict.BAD, detail, remedy)
    old = [master.hex() for master in in_use if master != wrapper.current]
    if old:
        detail = f"something is still under the old key {', '.join(old)}"
        return Finding(_CHECK, Verdict.DOUBTFUL, detail, "run `leadtrace keys rotate-master`")
    return Finding(_CHECK, Verdict.GOOD, f"sealing under {wrapper.current.hex()}")
