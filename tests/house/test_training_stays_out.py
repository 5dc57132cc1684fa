"""What trains is a process of its own: no service ever loads scikit-learn, however indirectly."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.checkout import SERVICES, imported_modules, shipped_files, tree

HEAVY = {"sklearn", "scipy", "joblib", "threadpoolctl"}
ROOM = Path("shared/leadtrace/training")
LOADED = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(json.dumps(sorted(name for name in sys.modules if name.split(".")[0] in set(sys.argv[2:]))))
"""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_with_all_its_modules_loads_none_of_it(service: str) -> None:
    """It costs a hundred megabytes and a second, in six processes, to score with ten additions."""
    argv = [sys.executable, "-c", LOADED, f"leadtrace_{service}", *sorted(HEAVY)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == []


def test_the_trap_would_catch_it() -> None:
    """The training room itself does load it, or the test above looks for the wrong names."""
    argv = [sys.executable, "-c", LOADED, "leadtrace.training", *sorted(HEAVY)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    assert {"sklearn", "scipy"} <= set(json.loads(done.stdout))


@pytest.mark.parametrize("path", shipped_files(), ids=str)
def test_only_the_training_room_names_it(path: Path) -> None:
    """An import in a branch that no test takes would load it one night."""
    roots = {name.partition(".")[0] for name in imported_modules(tree(path))}
    assert not roots & HEAVY or path.is_relative_to(ROOM)
