"""Editing JSON keeps every character that is not the server's own: a lost comment or key is a lost configuration."""

from __future__ import annotations

import json
import re

import pytest

from crm_mcp.hosts.documents.json_tree import UnreadableError
from crm_mcp.hosts.documents.kinds import JSON, change
from crm_mcp.hosts.documents.values import mapping_of

PATH = ("mcpServers", "crm")
ENTRY: dict[str, object] = {
    "type": "stdio",
    "command": r"C:\Users\Kovács Ágnes\crm-mcp.exe",
    "args": ["serve"],
    "env": {"CRM_MCP_SETTINGS": "/a b"},
}
OTHER: dict[str, object] = {"command": "/x", "args": [], "env": {"A": "1"}, "trust": True}
TEXTS = [
    '{"a":1}',
    '{"a": 1}',
    '{"mcpServers":{"x":{}}, "q": "//"}',
    '{ "a": {"b": [1,2]} , "c": "}" }\n',
    '{\n  "a": 1,\n  "mcpServers": {"x": {}}\n}\n',
    '{\n\t"a": 1,\n\t"mcpServers": {\n\t\t"x": {"command": "y"} // note, with a comma\n\t}\n}',
    '{\r\n    "mcpServers": {\r\n        "x": {\r\n            "command": "y", // c\r\n        },\r\n    },\r\n}\r\n',
    '{\n  "mcpServers": {\n    // none yet\n  }\n}\n',
    '{\n  "mcpServers": {\n    "x": {} /* one */,\n    /* two, three */ "y": {}\n  } // end\n}',
    '// before\n{\n  "url": "https://a//b" /* https://c */,\n  "mcpServers": {\n    "x": {}, // why\n  },\n}\n// end\n',
    '{\n  "a": 1e400,\n  "a": 2,\n  "mcpServers": {\n    "x": {"k": "\\u00e1\\\\"}\n  }\n}',
]
COMMENT = re.compile(r'//(?= )[^"\r\n]*|/\* [a-z ,:/]*\*/')


@pytest.mark.parametrize("text", TEXTS)
def test_a_server_that_was_added_can_be_taken_out_again_and_nothing_else_has_moved(text: str) -> None:
    added = change(JSON, text, PATH, ENTRY)
    removed = change(JSON, added, PATH, None)

    assert JSON.read(added)["mcpServers"] == {**_servers(text), "crm": ENTRY}
    assert list(JSON.read(added)) == list(JSON.read(text)) or list(JSON.read(added))[:-1] == list(JSON.read(text))
    if "mcpServers" in text:
        assert removed == text


@pytest.mark.parametrize("text", TEXTS)
def test_a_second_time_changes_nothing_and_another_entry_keeps_all_comments(text: str) -> None:
    added = change(JSON, text, PATH, ENTRY)
    other = change(JSON, added, PATH, OTHER)

    assert change(JSON, added, PATH, ENTRY) == added
    assert JSON.read(other)["mcpServers"] == {**_servers(text), "crm": OTHER}
    assert COMMENT.findall(other) == COMMENT.findall(text)


@pytest.mark.parametrize("text", ["", "\n", "{}", "{ }", "{\n}\n", '{"mcpServers":null}', '{"mcpServers": {}}'])
def test_an_empty_file_gets_plain_json(text: str) -> None:
    added = change(JSON, text, PATH, ENTRY)

    assert json.loads(added) == {"mcpServers": {"crm": ENTRY}}
    assert json.loads(change(JSON, added, PATH, None)) == {"mcpServers": {}}


def test_a_new_file_is_written_as_people_write_them() -> None:
    text = change(JSON, "", PATH, {"command": "/c", "args": []})

    assert text == '{\n  "mcpServers": {\n    "crm": {\n      "command": "/c",\n      "args": []\n    }\n  }\n}\n'


def test_line_ends_and_indentation_are_those_of_the_file() -> None:
    text = '{\r\n\t"a": 1\r\n}\r\n'
    added = change(JSON, text, PATH, ENTRY)

    assert re.findall(r"(?<!\r)\n", added) == []
    assert '\r\n\t\t"crm": {\r\n\t\t\t"type"' in added


def test_a_server_between_others_is_taken_out_of_the_middle() -> None:
    text = '{"mcpServers": {"a": {}, "crm": {"command": "x"}, "b": {}}}'

    assert change(JSON, text, PATH, None) == '{"mcpServers": {"a": {}, "b": {}}}'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', 3),
        ('{\n  "a": tru\n}', 2),
        ('{\n  "a": "x\n}', 2),
        ("{\n  a: 1\n}", 2),
        ('{\n  "a": [1,\n', 3),
        ('{"a": 1}\n{"b": 2}', 2),
        ('{"a": 01}', 1),
        ("[]", 1),
        ('"text"', 1),
        ('{\n  "mcpServers": [\n  ]\n}', 2),
        ('{\n  "mcpServers": "none"\n}', 2),
        ('{\n  "mcpServers": {},\n  "mcpServers": {}\n}', 3),
        ('{"mcpServers": {\n"crm": {},\n"crm": {}}}', 3),
        ("<<<<<<< HEAD\n{}\n", 1),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableError) as refusal:
        change(JSON, text, PATH, ENTRY)

    assert refusal.value.line == line


def test_a_text_nested_deeper_than_anybody_writes_is_refused() -> None:
    with pytest.raises(UnreadableError, match="deep"):
        change(JSON, '{"a":' * 50_000, PATH, ENTRY)


def test_a_large_file_is_edited() -> None:
    text = json.dumps({"projects": {f"/p/{n}": {"history": ["x" * 50] * 5} for n in range(1_000)}}, indent=2)
    added = change(JSON, text, PATH, ENTRY)

    assert added.startswith(text[:-2])
    assert json.loads(added)["mcpServers"] == {"crm": ENTRY}


def _servers(text: str) -> dict[str, object]:
    return mapping_of(JSON.read(text).get("mcpServers"))
