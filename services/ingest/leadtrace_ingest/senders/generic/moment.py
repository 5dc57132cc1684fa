"""Times of an item: what is written names an interval, and never a moment of the machine that reads it."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadtrace.events.times import from_micros
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError
from leadtrace_ingest.senders.generic.file import Precision, TimeSpec
from leadtrace_ingest.senders.generic.value import Value
from leadtrace_ingest.senders.mapping.file import MappingError

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = 64
_ISO = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<minute>\d{2}:\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r" ?(?P<offset>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?"
)
_SIZES = {
    Precision.SECOND: timedelta(seconds=1),
    Precision.MINUTE: timedelta(minutes=1),
    Precision.HOUR: timedelta(hours=1),
}
# The first of these that stands in a pattern says how exactly it names a time.
_DIRECTIVES = (
    (("%f",), Precision.EXACT),
    (("%S", "%T", "%c", "%X", "%s"), Precision.SECOND),
    (("%M",), Precision.MINUTE),
    (("%H", "%I"), Precision.HOUR),
)
# Below each bound a number counts since 1970 in this many units a second.
_UNITS = ((Decimal(10) ** 11, 1), (Decimal(10) ** 14, 1_000), (Decimal(10) ** 17, 1_000_000))

Read = tuple[datetime, Precision]
Reader = Callable[[str], Read | None]


class Interval(NamedTuple):
    """The moments that a time may mean, both ends included."""

    start: datetime
    end: datetime

    @classmethod
    def at(cls, moment: datetime) -> "Interval":
        """Exactly this moment."""
        return cls(moment, moment)


class Moment:
    """Reads one time of an item; what `given` leaves out is taken from `default`.

    Raises:
        MappingError: a format, a zone or an expression is not well formed.
    """

    def __init__(self, where: str, given: str | TimeSpec, default: TimeSpec | None = None) -> None:
        spec = TimeSpec(expression=given) if isinstance(given, str) else given
        below = default or TimeSpec()
        formats = spec.format if spec.format is not None else below.format
        self.where = where
        self._value = Value(where, spec)
        self._zone = zone_of(where, spec.zone or below.zone or "UTC")
        self._precision = spec.precision or below.precision or Precision.AUTO
        listed = formats if isinstance(formats, list) else [formats or "auto"]
        self._readers = [_reader(where, one) for one in listed]
        if not self._readers:
            raise MappingError(f"{where}.format: the list is empty")

    def interval(self, item: Any) -> Interval | None:
        """The interval of an item's time; None where none stands.

        Raises:
            RefusedError: it cannot be read, or lies before the year 2000.
        """
        found = self._value.raw(item)
        if found is None or found == "":
            return None
        try:
            moment, precision = self._read(found)
            interval = self._widened(moment, precision)
        except (ArithmeticError, ValueError):
            raise self._bad("it cannot be read") from None
        if not _EARLIEST <= interval.start <= interval.end <= _LATEST:
            raise self._bad("it lies before the year 2000 or after 9999")
        return interval

    def day(self, item: Any) -> date | None:
        """The day of an item's time in its zone; None where none stands.

        Raises:
            RefusedError: it cannot be read, or lies before the year 2000.
        """
        interval = self.interval(item)
        return None if interval is None else interval.start.astimezone(self._zone).date()

    def _read(self, found: Any) -> Read:
        text = "" if isinstance(found, bool | list | dict) else str(found).strip()
        if len(text) > _LONGEST:
            raise ValueError
        for reader in self._readers:
            read = reader(text)
            if read is not None:
                return read
        raise ValueError

    def _widened(self, moment: datetime, precision: Precision) -> Interval:
        if self._precision is not Precision.AUTO:
            precision = self._precision
        local = moment.astimezone(self._zone) if moment.tzinfo else moment.replace(tzinfo=self._zone)
        if precision is Precision.EXACT:
            return Interval.at(local.astimezone(UTC))
        if precision is Precision.DAY:
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
            # The next midnight of the zone, which may be 23 or 25 hours away.
            return Interval(
                midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC) - _MICROSECOND
            )
        lost = {"microsecond": 0}
        if precision is not Precision.SECOND:
            lost["second"] = 0
        if precision is Precision.HOUR:
            lost["minute"] = 0
        start = local.replace(**lost).astimezone(UTC)  # type: ignore[arg-type]  # no tzinfo among them
        return Interval(start, start + _SIZES[precision] - _MICROSECOND)

    def _bad(self, why: str) -> RefusedError:
        return RefusedError(Reason.BAD_TIME, f"{self.where}: the time at {self._value.says!r}: {why}")


def zone_of(where: str, name: str) -> ZoneInfo:
    """The time zone of this name.

    Raises:
        MappingError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise MappingError(f"{where}.zone: {name!r} is no IANA time zone, such as Europe/Berlin") from None


def _reader(where: str, name: str) -> Reader:
    reader = _NAMED.get(name)
    if reader is not None:
        return reader
    if "%" not in name:
        known = ", ".join(_NAMED)
        raise MappingError(
            f"{where}.format: {name!r} is none of {known}, and no pattern such as %d.%m.%Y %H:%M"
        )
    probe = datetime(2001, 12, 31, 13, 59, 58, tzinfo=UTC)
    try:
        back = datetime.strptime(probe.strftime(name), name)  # noqa: DTZ007 - only its day is looked at
    except (ValueError, re.error):
        raise MappingError(f"{where}.format: {name!r} is no pattern that a time can be read by") from None
    if back.date() != probe.date():
        raise MappingError(f"{where}.format: {name!r} names no year, month and day")
    precision = next(
        (one for signs, one in _DIRECTIVES if any(sign in name for sign in signs)), Precision.DAY
    )
    return lambda text: _by_pattern(text, name, precision)


def _by_pattern(text: str, pattern: str, precision: Precision) -> Read | None:
    try:
        return datetime.strptime(text, pattern), precision  # noqa: DTZ007 - the zone is the file's
    except ValueError:
        return None


def _iso(text: str) -> Read | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    day, minute, second, fraction, offset = match.group("day", "minute", "second", "fraction", "offset")
    if minute is None:
        return datetime.fromisoformat(day), Precision.DAY
    zone = "" if offset is None else "+00:00" if offset[0].isalpha() else offset
    whole = f"{day}T{minute}:{second or '00'}"
    # Finer than a microsecond is cut, so that the same time always gives the same event.
    moment = datetime.fromisoformat(
        f"{whole}.{fraction[:6].ljust(6, '0')}{zone}" if fraction else whole + zone
    )
    return moment, Precision.EXACT if fraction else Precision.SECOND if second else Precision.MINUTE


def _epoch(units: Sequence[int]) -> Reader:
    def read(text: str) -> Read | None:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        if not number.is_finite():
            return None
        for bound, unit in _UNITS if not units else ((Decimal(10) ** 17, units[0]),):
            if abs(number) < bound:
                micros = number * 1_000_000 / unit
                exact = unit > 1 or number != number.to_integral_value()
                return from_micros(int(micros)), Precision.EXACT if exact else Precision.SECOND
        return None

    return read


_by_size = _epoch(())


def _auto(text: str) -> Read | None:
    return _iso(text) or _by_size(text)


_NAMED: dict[str, Reader] = {
    "auto": _auto,
    "iso": _iso,
    "epoch_s": _epoch((1,)),
    "epoch_ms": _epoch((1_000,)),
}
