"""Where every service process begins; what an operator can mend is said in words, without a traceback.

Exit code 2 means that the configuration cannot be used, 1 that the process could not go on.
"""

import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.runtime.logging import configure_logging, mask_url
from leadtrace.runtime.server import BackgroundFailedError, run
from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.settings_errors import SettingsError

FAILED = 1
BAD_CONFIGURATION = 2

Main = Callable[[Settings], Coroutine[object, object, None]]


def run_service(
    name: str, config: Path | None, main: Main, *, mistakes: tuple[type[Exception], ...] = ()
) -> None:
    """Run `main` with the effective settings until it ends; `name` is on every line that it logs.

    `mistakes` are further errors by which `main` says that the configuration cannot be used.
    """
    refusals: tuple[type[Exception], ...] = (SettingsError, DefinitionsError, *mistakes)
    try:
        settings = load_settings(config)
        configure_logging(name, level=settings.logging.level, style=settings.logging.format)
        # Every service needs it: asked for here, so that it is missed before anything starts.
        _ = settings.postgres_url
        run(main(settings))
    except refusals as error:
        _end(f"configuration: {error}", BAD_CONFIGURATION)
    except (BackgroundFailedError, OSError) as error:
        _end(f"error: {error}", FAILED)


def _end(message: str, code: int) -> None:
    print(mask_url(message), file=sys.stderr)  # noqa: T201 - logging may not stand yet
    sys.exit(code)
