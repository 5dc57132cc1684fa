"""Where traces are off they cost nothing: no process loads OpenTelemetry's SDK or its exporter."""

import json
import subprocess
import sys

from tests.house.checkout import SERVICES

HEAVY = ("opentelemetry.sdk", "opentelemetry.exporter", "google.protobuf")
MAKER = "leadtrace.runtime.tracing.open_telemetry"
LOADED = """
import importlib, json, pkgutil, sys
for name in sys.argv[1].split(","):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", ()), name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""


def loaded_with(*modules: str) -> set[str]:
    """What of the heavy parts is there once these modules with all below them are."""
    argv = [sys.executable, "-c", LOADED, ",".join(modules), *HEAVY]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


def test_no_service_loads_any_of_it() -> None:
    """It costs megabytes and a thread in seven processes to send nothing."""
    assert loaded_with(*(f"leadtrace_{service}" for service in SERVICES)) == set()


def test_the_trap_would_catch_it() -> None:
    """The one module that makes spans does load it, or the test above looks for the wrong names."""
    assert loaded_with(MAKER) == set(HEAVY)
