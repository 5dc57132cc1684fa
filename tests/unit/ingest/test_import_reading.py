"""Files as vendors write them: encodings, signs between values, lines in front, three formats."""

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from pyarrow import parquet

from leadtrace_ingest.importing.reading import FileFormat, FileOptions, open_rows
from leadtrace_ingest.importing.row import ImportFileError, Row
from leadtrace_ingest.senders.imported.file_spec import FileSpec, NumberSpec

SPEC = FileSpec(columns=["Id", "Name"])


def rows_of(path: Path, spec: FileSpec = SPEC, **options: object) -> list[Row]:
    with open_rows(path, spec, FileOptions(**options)) as opened:  # type: ignore[arg-type]
        return list(opened.rows)


def cells(rows: list[Row]) -> list[object]:
    return [row.cells for row in rows]


def written(folder: Path, content: bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"Id,Name\n1,J\xc3\xbcrgen\n",
        b"\xef\xbb\xbfId;Name\r\n1;J\xc3\xbcrgen\r\n",
        "Id\tName\n1\tJürgen\n".encode("utf-16"),
        "Id|Name\n1|Jürgen\n".encode("utf-8-sig"),
        b"sep=;\nId;Name\n1;J\xc3\xbcrgen\n",
        b"Id,Name\r1,J\xc3\xbcrgen\r",
        b'Campaign report\n"January 1, 2026 - January 31, 2026"\n\nId,Name\n1,J\xc3\xbcrgen\n',
    ],
)
def test_text_is_read_whatever_its_bytes(tmp_path: Path, content: bytes) -> None:
    (row,) = rows_of(written(tmp_path, content))
    assert row.cells == {"Id": "1", "Name": "Jürgen"}


def test_a_gzipped_file_is_unpacked(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b"Id,Name\n1,a\n"), "export.csv.gz")
    assert cells(rows_of(path)) == [{"Id": "1", "Name": "a"}]


def test_a_byte_order_mark_is_no_part_of_the_first_name_even_where_the_encoding_is_given(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "Id\tName\n1\ta\n".encode("utf-16"))
    assert cells(rows_of(path, encoding="utf-16-le")) == [{"Id": "1", "Name": "a"}]


def test_latin_1_is_taken_by_option_only(tmp_path: Path) -> None:
    path = written(tmp_path, "Id,Name\n1,Jürgen\n".encode("latin-1"))
    with pytest.raises(ImportFileError, match=r"line 2 is not UTF-8; give --encoding cp1252 or latin-1"):
        rows_of(path)
    assert cells(rows_of(path, encoding="latin-1")) == [{"Id": "1", "Name": "Jürgen"}]


def test_a_line_far_behind_that_is_not_utf_8_is_refused_alone(tmp_path: Path) -> None:
    good = b"1,abcdefghijklmnopqrstuvwxyz\n" * 3_000
    rows = rows_of(written(tmp_path, b"Id,Name\n" + good + b"2,\xff\n3,c\n"))
    assert [(row.line, row.detail) for row in rows if row.reason] == [(3_002, "it is not utf-8")]
    assert rows[-1].cells == {"Id": "3", "Name": "c"}


def test_an_endless_line_costs_no_memory_and_no_neighbour(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, b"Id,Name\n1,a\n2," + b"x" * 3_000_000 + b"\n3,c\n"))
    assert [row.cells for row in rows] == [{"Id": "1", "Name": "a"}, None, {"Id": "3", "Name": "c"}]


def test_columns_that_are_missing_are_named_with_what_is_there(tmp_path: Path) -> None:
    path = written(tmp_path, b"Record,Names\n1,a\n")
    with pytest.raises(
        ImportFileError, match=r"line 1 lacks 'Id', 'Name'; is it 'Names'\? It has: Record, Names"
    ):
        rows_of(path)


def test_one_of_several_names_of_a_column_will_do(tmp_path: Path) -> None:
    path = written(tmp_path, b"Lead ID,Name\n1,a\n")
    assert cells(rows_of(path, FileSpec(columns=["Id | Lead ID", "Name"]))) == [{"Lead ID": "1", "Name": "a"}]


def test_a_delimiter_is_taken_from_the_operator(tmp_path: Path) -> None:
    path = written(tmp_path, b"Id~Name\n1~a\n")
    assert cells(rows_of(path, delimiter="~")) == [{"Id": "1", "Name": "a"}]
    with pytest.raises(ImportFileError, match="give one character"):
        rows_of(path, delimiter="~~")


def test_columns_of_one_name_are_told_apart_and_empty_cells_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, b"Id,Name,Name,\n1,a,b,c\n2,,,\n")
    expected = [{"Id": "1", "Name": "a", "Name (2)": "b", "column 4": "c"}, {"Id": "2"}]
    assert cells(rows_of(path)) == expected


def test_totals_at_the_foot_are_no_rows(tmp_path: Path) -> None:
    path = written(tmp_path, b'Id,Name\n1,a\n"Total: 1",x\n\xc2\xa92026 Vendor\n')
    assert len(rows_of(path, FileSpec(columns=["Id"], skip_lines=["Total:", "©"]))) == 1


def test_lists_numbers_and_salesforce_ids_are_brought_into_form(tmp_path: Path) -> None:
    spec = FileSpec(
        columns=["Id"],
        lists={"Contacts": ";"},
        numbers=[NumberSpec(["Amount"], decimal=",", thousands=".")],
        ids_18=["Id"],
    )
    path = written(tmp_path, b"Id\tContacts\tAmount\n0015800000AbCdE\t1; 2;\t1.234,50\n")
    assert cells(rows_of(path, spec)) == [
        {"Id": "0015800000AbCdEAAV", "Contacts": ["1", "2"], "Amount": "1234.50"}
    ]


def test_rows_of_one_scope_are_gathered_wherever_they_stand(tmp_path: Path) -> None:
    spec = FileSpec(columns=["Day"], gather=["Day"])
    path = written(tmp_path, b"Day,Campaign,Cost\n1,a,5\n2,a,6\nbroken\n1,b,7\n")
    rows = rows_of(path, spec)
    assert [(row.line, row.count, row.cells and row.cells["Day"]) for row in rows] == [
        (4, 1, None),
        (2, 2, "1"),
        (3, 1, "2"),
    ]


def test_json_lines_keep_every_digit_and_a_broken_one_costs_itself(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"Id": 1, "Amount": 0.1000}\n\n{"Id": \n', "export.jsonl")
    rows = rows_of(path)
    assert [row.raw for row in rows] == [b'{"Id": 1, "Amount": 0.1000}', b'{"Id":']


def test_parquet_rows_keep_decimals_and_days(tmp_path: Path) -> None:
    path = tmp_path / "export.parquet"
    table = pa.table(
        {
            "Id": [1, 2],
            "Amount": [Decimal("0.10"), None],
            "Day": [date(2026, 1, 2), None],
            "At": [datetime(2026, 1, 2, 3, 4, tzinfo=UTC), None],
        }
    )
    parquet.write_table(table, path)
    with open_rows(path, FileSpec(), FileOptions()) as opened:
        rows = list(opened.rows)
    assert opened.format is FileFormat.PARQUET
    assert cells(rows) == [
        {"Id": 1, "Amount": "0.10", "Day": "2026-01-02", "At": "2026-01-02T03:04:00Z"},
        {"Id": 2},
    ]
    with pytest.raises(ImportFileError, match="no Parquet file"):
        rows_of(written(tmp_path, b"nothing", "other.parquet"))


def test_a_name_that_says_no_format_asks_for_one(tmp_path: Path) -> None:
    path = written(tmp_path, b"Id,Name\n1,a\n", "export.dat")
    with pytest.raises(ImportFileError, match="give --format csv, jsonl, parquet"):
        rows_of(path)
    assert len(rows_of(path, format=FileFormat.CSV)) == 1


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\x01", b"PK\x03\x04\x00"])
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ImportFileError):
        rows_of(written(tmp_path, content))
