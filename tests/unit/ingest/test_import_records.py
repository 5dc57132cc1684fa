"""CSV records out of physical lines: no quotation mark swallows what follows it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.importing.lines import Line
from leadtrace_ingest.importing.records import MAX_RECORD_LINES, Record, Shape, read_records, split_line


def records(text: str, columns: int = 3, delimiter: str = ",") -> list[Record]:
    lines = (Line(number, line) for number, line in enumerate(text.split("\n"), start=1))
    return list(read_records(lines, Shape(delimiter, columns)))


def values(text: str, columns: int = 3) -> list[list[str] | None]:
    return [record.values for record in records(text, columns)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a,b,c", ["a", "b", "c"]),
        ('"a","b","c"', ["a", "b", "c"]),
        ('"a,b","say ""hi""",', ["a,b", 'say "hi"', ""]),
        ('"",b,""', ["", "b", ""]),
        ('a,5" pipe,c', ["a", '5" pipe', "c"]),
        (",,", ["", "", ""]),
    ],
)
def test_a_record_of_one_line(line: str, expected: list[str]) -> None:
    assert values(line) == [expected]


def test_a_quoted_value_may_hold_line_ends() -> None:
    assert values('1,"two\nlines",x\n2,b,c') == [["1", "two\nlines", "x"], ["2", "b", "c"]]


def test_empty_lines_are_no_records() -> None:
    assert values("a,b,c\n\n  \nd,e,f") == [["a", "b", "c"], ["d", "e", "f"]]


def test_a_quotation_that_is_never_closed_costs_its_own_line_only() -> None:
    found = records('1,"a,b\n2,b,c\n3,b,c')
    assert [record.values for record in found] == [None, ["2", "b", "c"], ["3", "b", "c"]]
    assert found[0].line == 1
    assert "row by itself" in found[0].problem


def test_a_quotation_closed_by_a_later_rows_own_is_seen() -> None:
    text = '1,"a,b\n2,"b",c\n3,"b\nb",c'
    assert values(text) == [None, ["2", "b", "c"], ["3", "b\nb", "c"]]


def test_a_stray_quotation_mark_that_would_make_the_columns_right_swallows_no_row() -> None:
    text = '1,"a\n2,b,c\n3,b",c'
    assert values(text) == [None, ["2", "b", "c"], ["3", 'b"', "c"]]


def test_text_behind_a_closing_quotation_mark_is_refused_with_its_line() -> None:
    found = records('1,"a"b,c\n2,b,c')
    assert [(record.line, record.values) for record in found] == [(1, None), (2, ["2", "b", "c"])]
    assert "closes a value" in found[0].problem


def test_a_record_with_other_columns_than_the_header_is_refused() -> None:
    found = records("a,b\n1,2,3,4\nx,y,z")
    assert [record.values for record in found] == [None, None, ["x", "y", "z"]]
    assert found[0].problem == "it has 2 values where the header has 3 columns"


def test_an_open_quotation_goes_on_for_so_many_lines_and_no_more() -> None:
    text = '1,"a\n' + "x\n" * (MAX_RECORD_LINES + 5) + "2,b,c"
    found = values(text)
    assert found[0] is None
    assert found[-1] == ["2", "b", "c"]
    assert len(found) == MAX_RECORD_LINES + 7


def test_the_end_of_the_file_ends_a_quotation_too() -> None:
    assert values('1,b,c\n2,"b') == [["1", "b", "c"], None]


def test_a_line_that_could_not_be_decoded_breaks_no_other() -> None:
    lines = iter([Line(1, "a,b,c"), Line(2, None, "it is not utf-8"), Line(3, "d,e,f")])
    found = list(read_records(lines, Shape(",", 3)))
    assert [record.problem for record in found] == ["", "it is not utf-8", ""]


cells = st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(cells, min_size=4, max_size=4), max_size=8))
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    found = records(text.getvalue(), columns=4)
    for row, record in zip(rows, [one for one in found if one.values is not None], strict=False):
        if all("\n" not in cell for cell in row):
            assert record.values == row
    if not any("\n" in cell for row in rows for cell in row):
        assert [record.values for record in found] == rows


@given(st.lists(st.text(st.sampled_from('ab,"'), max_size=8), max_size=12))
def test_every_line_is_in_exactly_one_record_or_refused(lines: list[str]) -> None:
    found = records("\n".join(lines))
    starts = [record.line for record in found]
    assert starts == sorted(set(starts))
    covered = sum(
        1 if record.values is None else 1 + sum(value.count("\n") for value in record.values)
        for record in found
    )
    assert covered == sum(1 for line in lines if line.strip()) + sum(
        1 for record in found for line in _blank_within(record, lines)
    )


def _blank_within(record: Record, lines: list[str]) -> list[str]:
    if record.values is None:
        return []
    length = sum(value.count("\n") for value in record.values)
    return [line for line in lines[record.line : record.line + length] if not line.strip()]


def test_a_line_is_split_by_itself_only_if_it_is_whole() -> None:
    assert split_line('a,"b', ",") is None
    assert split_line('a,"b"', ",") == ["a", "b"]
