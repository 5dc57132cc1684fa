"""`leadtrace demo`: everything started, a day of webhooks posted, the funnel printed."""

import asyncio
import os
import secrets
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.installation import run_installation
from leadtrace.cli.report import conservation_line, funnel_table, steps_table
from leadtrace.cli.traffic.files import DeliveryFileError, count_events, read_deliveries
from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.cli.traffic.sender import Posted, RefusedError, Target, WebhookSender, with_repeats
from leadtrace.cli.up import show
from leadtrace.embedded.supervisor import Running
from leadtrace.runtime.clock import Clock, SystemClock
from leadtrace.runtime.logging import configure_logging
from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.shutdown import StopSignal

SENDER = "hubspot"
_SECRETS = "LEADTRACE_SENDERS__HUBSPOT__SECRETS"
_REPEAT_SHARE = 0.05
_POLL_S = 0.05
_ACCOUNTED_WITHIN_S = 300.0


def demo(
    config: ConfigOption = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            "-f",
            envvar="SENDER_FILE",
            help="Post these deliveries instead: JSON Lines, one request body a line, plain or gzipped.",
            show_default=False,
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Stop after printing instead of running on.")] = False,
) -> None:
    """Start everything, post a day of HubSpot-signed webhooks, and print the funnel by channel.

    Runs on until Ctrl-C, then drains and stops. A second run on the same day posts the same events again,
    which are all duplicates.

    For instance:

    ```
    leadtrace demo
    SENDER_FILE=deliveries.jsonl.gz LEADTRACE_REPORTING__CURRENCY=BRL leadtrace demo
    ```
    """
    with explained():
        settings = _with_sender(config)
        clock = SystemClock()
        try:
            bodies = read_deliveries(file) if file else make_deliveries(_midnight(clock.now()))
        except DeliveryFileError as error:
            raise OSError(str(error)) from error
    configure_logging("demo", level=settings.logging.level, style=settings.logging.format)
    run(_Demo(settings, bodies, clock, once=once).run())


def _with_sender(config: Path | None) -> Settings:
    """The settings; without a HubSpot sender one with a secret of its own, told to the services as well."""
    settings = load_settings(config)
    if SENDER in settings.senders:
        return settings
    os.environ[_SECRETS] = f'["{secrets.token_hex(16)}"]'
    return load_settings(config)


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


class _Demo:
    def __init__(self, settings: Settings, bodies: list[bytes], clock: Clock, *, once: bool) -> None:
        self._settings = settings
        self._bodies = bodies
        self._clock = clock
        self._once = once
        self._stop = StopSignal()
        self._story: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Start, tell the story, keep running until the stop; a failed story is an error.

        Raises:
            RefusedError: the door would not take the webhooks.
        """
        console.print(f"starting leadtrace; data in {self._settings.embedded.data_dir}")
        started = time.monotonic()

        def on_ready(running: Running) -> None:
            console.print(f"ready in {time.monotonic() - started:.1f} s")
            self._story = asyncio.create_task(self._tell(running))

        await run_installation(self._settings, self._stop, on_ready)
        await self._end_story()
        console.print("stopped")

    async def _end_story(self) -> None:
        story = self._story
        if story is None:
            return
        story.cancel()
        await asyncio.wait({story})
        if not story.cancelled():
            story.result()

    async def _tell(self, running: Running) -> None:
        urls = {service.name: service.url for service in running.services}
        try:
            began = time.monotonic()
            posted = await self._post(f"{urls['door']}/v1/webhooks/{SENDER}")
            report = await self._until_accounted(urls["api"])
            await self._print(urls["api"], report, posted, time.monotonic() - began)
        except (RefusedError, TimeoutError, httpx.HTTPError):
            self._stop.set("the demonstration failed")
            raise
        if self._once:
            self._stop.set("done")
        else:
            show(running)

    async def _post(self, url: str) -> Posted:
        secret = self._settings.senders[SENDER].secrets[0].get_secret_value()
        with Progress(
            TextColumn("posting webhooks"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        ) as progress:
            task = progress.add_task("post", total=len(with_repeats(self._bodies, _REPEAT_SHARE)))
            sender = WebhookSender(Target(url, secret), self._clock, lambda _: progress.advance(task))
            return await sender.post(self._bodies, repeat_share=_REPEAT_SHARE)

    async def _until_accounted(self, api: str) -> dict[str, Any]:
        """The conservation report once nothing is pending any more."""
        async with httpx.AsyncClient(timeout=30.0) as client, asyncio.timeout(_ACCOUNTED_WITHIN_S):
            while True:
                answer = await client.get(f"{api}/v1/audit/conservation", headers=self._headers())
                answer.raise_for_status()
                report: dict[str, Any] = answer.json()
                if report["pending"] == 0 and report["items"]:
                    return report
                await asyncio.sleep(_POLL_S)

    def _headers(self) -> dict[str, str]:
        key = self._settings.keys.bootstrap
        return {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}

    async def _print(self, api: str, report: dict[str, Any], posted: Posted, took_s: float) -> None:
        async with httpx.AsyncClient(timeout=30.0) as client:
            answer = await client.get(f"{api}/v1/funnel", params={"by": "channel"}, headers=self._headers())
            answer.raise_for_status()
        funnel = answer.json()
        events = count_events(self._bodies)
        latency_ms = sorted(posted.latencies_s)[len(posted.latencies_s) // 2] * 1_000
        console.print(
            f"{events:,} events in {posted.deliveries} deliveries, {posted.repeated} of them repeats: "
            f"median answer {latency_ms:.1f} ms, everything accounted for in {took_s:.1f} s"
        )
        console.print(funnel_table(funnel, "channel"))
        console.print(steps_table(funnel, "channel"))
        console.print(conservation_line(report))
        for title, path in (("ask yourself", "/v1/funnel?by=channel"), ("every route", "/docs")):
            console.print(f"{title}: {api}{path}", highlight=False, soft_wrap=True)
