"""What is shown of the disk under the spill, be its folder there or not."""

from pathlib import Path

from leadtrace.runtime.metrics import Metrics
from leadtrace_ingest.door.spill.disk import watch_disk


def _value(metrics: Metrics, name: str) -> float:
    (line,) = [one for one in metrics.render().decode().splitlines() if one.startswith(f"{name} ")]
    return float(line.split()[1])


def test_a_folder_that_is_not_there_yet_is_on_the_disk_above_it(tmp_path: Path) -> None:
    metrics = Metrics()
    watch_disk(metrics, tmp_path / "data" / "spill")
    free, size = (_value(metrics, f"leadtrace_spill_disk_{name}_bytes") for name in ("free", "size"))
    assert 0 < free < size
