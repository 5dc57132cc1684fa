"""Finding the line of a key in block-style YAML."""

from leadtrace.domain.definitions.lines import outline

TEXT = """\
# A comment: with a colon.
id: x   # another
'quoted key': 1
rows:
- name: a

  points: 1
- - inner: 1
  - inner: 2
- {name: flow, points: 2}
nested:
  text: |
    rows: this is text
      - and this
  folded: >-
    id: text too
  last: http://host/path
tail: 1
"""


def test_every_key_and_item_has_its_line() -> None:
    lines = outline(TEXT).lines
    assert lines == {
        ("id",): 2,
        ("quoted key",): 3,
        ("rows",): 4,
        ("rows", 0): 5,
        ("rows", 0, "name"): 5,
        ("rows", 0, "points"): 7,
        ("rows", 1): 8,
        ("rows", 1, 0): 8,
        ("rows", 1, 0, "inner"): 8,
        ("rows", 1, 1): 9,
        ("rows", 1, 1, "inner"): 9,
        ("rows", 2): 10,
        ("nested",): 11,
        ("nested", "text"): 12,
        ("nested", "folded"): 15,
        ("nested", "last"): 17,
        ("tail",): 18,
    }
    assert not outline(TEXT).repeated


def test_what_has_no_line_of_its_own_gets_that_of_its_block() -> None:
    found = outline(TEXT)
    assert found.line_of(("rows", 2, "points")) == 10
    assert found.line_of(("rows", 9, "points")) == 4
    assert found.line_of(("absent",)) == 0


def test_a_second_time_is_noticed_only_within_one_block() -> None:
    found = outline("a:\n  x: 1\nb:\n  x: 1\n  y: 2\n  x: 3\n")
    assert found.repeated == [(("b", "x"), 6)]
