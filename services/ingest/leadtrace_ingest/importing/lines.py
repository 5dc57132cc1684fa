"""The physical lines of a text file, decoded one by one: a broken one is told and the others go on.

Memory stays bounded whatever is in the file: a line beyond the limit is passed over up to its end.
"""

import codecs
import gzip
import io
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

from leadtrace_ingest.importing.row import ImportFileError

MAX_LINE = 1_048_576  # bytes or characters; no item may be larger than a quarter of it
SAMPLE_BYTES = 65_536
_GZIP_MAGIC = b"\x1f\x8b"
_ARCHIVE = b"PK\x03\x04"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16", "utf-32")
_BOM = "\ufeff"
_TOO_LONG = f"longer than {MAX_LINE} bytes"


class Line(NamedTuple):
    """A line without its end; `text` is None where it cannot be had, and `problem` says why."""

    number: int
    text: str | None
    problem: str = ""


@contextmanager
def open_binary(path: Path) -> Generator[tuple[IO[bytes], Callable[[], int]]]:
    """The bytes of a file, unpacked if it is gzip, and how many bytes on the disk have been read.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if file.peek(2)[:2] != _GZIP_MAGIC:
            yield file, file.tell
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield cast("IO[bytes]", unpacked), file.tell


def encoding_of(sample: bytes, given: str | None) -> str:
    """The encoding of a file that begins with these bytes; UTF-8 unless it is given or marked.

    Raises:
        ImportFileError: there is no such encoding, or the bytes are not in it.
    """
    if given is not None:
        try:
            return codecs.lookup(given).name
        except LookupError:
            raise ImportFileError(f"--encoding {given}: there is no such encoding; try latin-1") from None
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            return encoding
    if sample.startswith(_ARCHIVE):
        raise ImportFileError("this is an Excel workbook or an archive; save the sheet as CSV UTF-8")
    if b"\x00" in sample:
        remedy = "give --encoding utf-16-le or utf-16-be"
        raise ImportFileError(
            f"the file holds NUL bytes: if it is UTF-16 without a byte order mark, {remedy}"
        )
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError as error:
        line = sample[: error.start].count(b"\n") + 1
        remedy = "give --encoding cp1252 or latin-1 if an older program wrote it"
        raise ImportFileError(f"line {line} is not UTF-8; {remedy}") from None
    return "utf-8"


def read_lines(file: IO[bytes], encoding: str, sample: bytes) -> Iterator[Line]:
    """The lines of a file from its beginning."""
    if encoding.startswith(_WIDE) or (b"\n" not in sample and b"\r" in sample):
        return _text_lines(file, encoding)
    return _byte_lines(file, encoding)


def _byte_lines(file: IO[bytes], encoding: str) -> Iterator[Line]:
    number = 0
    while raw := file.readline(MAX_LINE):
        number += 1
        if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
            _pass_over(file)
            yield Line(number, None, _TOO_LONG)
            continue
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        try:
            yield Line(number, raw.removesuffix(b"\n").removesuffix(b"\r").decode(encoding))
        except UnicodeDecodeError:
            yield Line(number, None, f"it is not {encoding}")


def _pass_over(file: IO[bytes]) -> None:
    while (rest := file.readline(MAX_LINE)) and not rest.endswith(b"\n"):
        pass


def _text_lines(file: IO[bytes], encoding: str) -> Iterator[Line]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = io.IncrementalNewlineDecoder(decoder, translate=True)
    number, rest, too_long = 1, "", False
    while True:
        raw = file.read(SAMPLE_BYTES)
        *lines, rest = (rest + text.decode(raw, final=not raw)).split("\n")
        for line in lines:
            plain = line.removeprefix(_BOM) if number == 1 else line
            yield Line(number, None, _TOO_LONG) if too_long else Line(number, plain)
            number, too_long = number + 1, False
        if len(rest) > MAX_LINE:
            rest, too_long = "", True
        if not raw:
            break
    if rest or too_long:
        yield Line(number, None, _TOO_LONG) if too_long else Line(number, rest)
