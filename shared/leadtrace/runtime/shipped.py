"""Where shipped files lie: beside the package in a wheel, at the top of the folder in a checkout."""

from importlib import resources
from pathlib import Path

import leadtrace


def shipped_path(group: str, name: str) -> Path:
    """The path of a shipped file, for example `shipped_path("mappings", "hubspot.yaml")`.

    Raises:
        FileNotFoundError: neither the wheel nor the checkout holds it.
    """
    packaged = Path(str(resources.files(leadtrace).joinpath("shipped", group, name)))
    checkout = Path(leadtrace.__file__).resolve().parents[2] / group / name
    for path in (packaged, checkout):
        if path.is_file():
            return path
    raise FileNotFoundError(f"{group}/{name} is not shipped with leadtrace")
