"""How much room the disk under the spill has, asked of the system at every scrape."""

import shutil
from pathlib import Path

from leadtrace.runtime.families import Families, ScrapeCollector
from leadtrace.runtime.metrics import Metrics
from leadtrace_ingest.door.spill.metrics import DISK_FREE, DISK_SIZE


def watch_disk(metrics: Metrics, folder: Path) -> None:
    """Show the disk that holds a folder, or will: one that is not there yet is looked for above."""

    def fill(families: Families) -> None:
        there = next((one for one in (folder, *folder.parents) if one.exists()), None)
        if there is not None:
            usage = shutil.disk_usage(there)
            families.add(DISK_FREE, usage.free)
            families.add(DISK_SIZE, usage.total)

    metrics.collect_with(ScrapeCollector([DISK_FREE, DISK_SIZE], fill))
