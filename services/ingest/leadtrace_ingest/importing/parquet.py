"""The rows of a Parquet file, batch by batch; a row's number stands for its line."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from leadtrace_ingest.importing.row import ImportFileError, Row

try:
    from pyarrow import ArrowException, parquet  # type: ignore[import-untyped]
except ImportError:  # the extra `parquet` was left out
    parquet = None

_BATCH = 1_000
_ENCODE = msgspec.json.Encoder(decimal_format="string").encode


@contextmanager
def read_parquet(path: Path, size: int) -> Generator[tuple[Iterator[Row], Callable[[], int]]]:
    """The rows, and how much of `size` they are that have been read.

    Raises:
        ImportFileError: it is no Parquet file, or pyarrow is not installed.
        OSError: it cannot be read.
    """
    if parquet is None:
        raise ImportFileError("Parquet files want pyarrow: install leadtrace[parquet]")
    try:
        file = parquet.ParquetFile(path)
    except ArrowException as error:
        raise ImportFileError(f"{path.name}: no Parquet file ({str(error).splitlines()[0]})") from None
    total = max(1, file.metadata.num_rows)
    read = 0

    def rows() -> Iterator[Row]:
        nonlocal read
        for batch in file.iter_batches(batch_size=_BATCH):
            for cells in batch.to_pylist():
                read += 1
                yield Row(read, _as_json(cells))

    with file:
        yield rows(), lambda: size * read // total


def _as_json(cells: dict[str, Any]) -> dict[str, Any]:
    """The cells as JSON has them: times as ISO 8601, decimals as text with every digit."""
    value: dict[str, Any] = msgspec.json.decode(_ENCODE(cells))
    return value
