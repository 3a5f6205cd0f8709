"""A table for a terminal: columns stand under each other whatever is in them."""

from __future__ import annotations

from rich.cells import cell_len

from crm_mcp.rendering.text_table import write_text_table

ROWS = [
    (5101, "Őry Árvíz", None),
    (7, "日本語", "two\nlines"),
    (12, "👨\u200d👩\u200d👧 ❤\ufe0f", "\x1b[31mred"),
]


def test_columns_stay_aligned_under_wide_signs_and_joined_emoji() -> None:
    head, rule, *lines = write_text_table(["id", "név", "note"], ROWS).splitlines()
    start = head.index("note")
    assert rule.split("  ") == ["----", "---------", "---------"]
    assert {cell_len(line[: line.index(word)]) for line, word in zip(lines[1:], ("two", "[31m"), strict=True)} == {
        start
    }
    assert lines[0] == "5101  Őry Árvíz"


def test_a_table_wider_than_the_terminal_stands_row_under_row() -> None:
    assert write_text_table(["id", "name", "note"], ROWS, 80).startswith("  id  name")
    assert write_text_table(["id", "name", "note"], ROWS[:2], 20).splitlines() == [
        "-- 1/2",
        "id    5101",
        "name  Őry Árvíz",
        "note",
        "-- 2/2",
        "id    7",
        "name  日本語",
        "note  two lines",
    ]


def test_an_empty_table_is_its_head_however_narrow_the_terminal() -> None:
    assert write_text_table(["id", "name"], [], 3).splitlines() == ["id  name", "--  ----"]
