"""Puts the spill of one door together out of the configuration."""

from collections.abc import Awaitable, Callable

from leadtrace.bus.protocol import Bus
from leadtrace.runtime.clock import Clock, SystemIds
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import BrokerKind
from leadtrace.store.connection import Connection
from leadtrace_ingest.door.spill.disk import watch_disk
from leadtrace_ingest.door.spill.file_spill import FileSpill
from leadtrace_ingest.door.spill.metrics import SPILL_QUOTA, UNREADABLE_RECORDS
from leadtrace_ingest.door.spill.spill import Spill
from leadtrace_ingest.door.spill.topic_filer import TopicFiler
from leadtrace_ingest.door.spill.topic_spill import TopicSpill


def make_spill(
    settings: Settings,
    bus: Bus,
    connect: Callable[[], Awaitable[Connection]],
    clock: Clock,
    metrics: Metrics,
) -> Spill:
    """The spill; the embedded broker keeps nothing, so beside it there are only files."""
    folder = settings.spill_folder
    # Where there is one sender only, nobody else needs room.
    share = settings.door.sender_share if len(settings.senders) > 1 else 1.0
    file = FileSpill(folder, settings.door.spill_max_bytes, SystemIds(clock), metrics, share=share)
    watch_disk(metrics, folder)
    metrics.gauge(SPILL_QUOTA).set(settings.door.spill_max_bytes)
    # At 0 also where there is no topic: an alert that asks for it must find it.
    metrics.counter(UNREADABLE_RECORDS)
    topic = None
    if settings.broker_kind is BrokerKind.APACHE:
        topic = TopicSpill(bus, metrics), TopicFiler(bus, connect, metrics)
    return Spill(file, topic, connect, clock, metrics)
