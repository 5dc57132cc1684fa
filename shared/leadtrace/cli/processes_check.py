"""What `leadtrace doctor` says of the processes that run: each is to be of the version that asks."""

from importlib import metadata

from leadtrace.cli.finding import Finding, Verdict
from leadtrace.cli.process_metrics import scrape_all
from leadtrace.embedded.services import local_host, service_specs
from leadtrace.runtime.settings import Settings

_CHECK = "running version"
BUILD_INFO = "leadtrace_build_info"


async def check_processes(settings: Settings) -> list[Finding]:
    """One finding; none where no process tells, as when none runs here or metrics are off."""
    pages = await scrape_all(service_specs(settings.ports), local_host(settings.ports))
    running = {name: labels["version"] for name, page in pages.items() for labels, _ in page.each(BUILD_INFO)}
    return [compared(running, metadata.version("leadtrace"))] if running else []


def compared(running: dict[str, str], own: str) -> Finding:
    """What is to be said of processes, by name, with their versions."""
    others = [f"{name} {version}" for name, version in running.items() if version != own]
    if others:
        detail = f"{', '.join(others)} beside {own}"
        return Finding(_CHECK, Verdict.DOUBTFUL, detail, "start them anew, so that all are of one version")
    return Finding(_CHECK, Verdict.GOOD, f"{own} in {', '.join(running)}")
