"""`python -m leadtrace.embedded.apache`, which `make kafka` runs: Apache Kafka until Ctrl-C."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from leadtrace.embedded.apache_jars import kafka_home, why_not_available
from leadtrace.embedded.apache_kafka import ApacheKafka
from leadtrace.runtime.clock import SystemClock, SystemIds


def run(
    port: Annotated[
        int, typer.Option(help="Port on loopback, those of further brokers follow it; 0 takes free ones.")
    ] = 9092,
    brokers: Annotated[
        int, typer.Option(min=1, max=5, help="How many brokers; three replicate as production does.")
    ] = 1,
    data: Annotated[
        Path | None, typer.Option(help="Folder for the data; by default beside the jars.")
    ] = None,
) -> None:
    """Start Apache Kafka, print its address, and stop it cleanly on Ctrl-C."""
    reason = why_not_available()
    if reason is not None:
        typer.echo(reason, err=True)
        raise typer.Exit(code=1)
    # Brokers know how many they are, so each number of them has data of its own.
    name = "data" if brokers == 1 else f"data-{brokers}"
    asyncio.run(_serve(port, data or kafka_home() / name, brokers))


async def _serve(port: int, data: Path, brokers: int) -> None:
    home = kafka_home()
    kafka = ApacheKafka(home=home, data=data, ids=SystemIds(SystemClock()), port=port, brokers=brokers)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    typer.echo("starting Apache Kafka; the first time Maven resolves its jars …", err=True)
    await kafka.start()
    typer.echo(kafka.bootstrap_servers)
    waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(kafka.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await kafka.stop()


if __name__ == "__main__":
    typer.run(run)
