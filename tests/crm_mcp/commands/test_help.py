"""Help and refusals of the command line, in the language of the person."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from crm_mcp.cli import main
from crm_mcp.commands import click_words
from crm_mcp.languages import use


@pytest.fixture(autouse=True)
def _in_hungarian(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setenv("CRM_MCP_LANGUAGE", "hu")
    monkeypatch.setenv("LANGUAGE", "")  # what the command sets is put back
    yield
    use("en")


def run(*arguments: str) -> str:
    return CliRunner().invoke(main, list(arguments)).output


def test_help_is_in_the_language_of_the_person() -> None:
    said = run("--help")
    assert "Használat: " in said
    assert "Parancsok:" in said
    assert "Ellenőrzi a beállításokat" in said
    assert "Usage" not in said


@pytest.mark.parametrize("variable", ["MINICRM_LANGUAGE", "CRM_MCP_LANGUAGE"])
def test_any_variable_of_language_will_do_and_english_is_what_there_is_without(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("CRM_MCP_LANGUAGE")
    assert "Usage: " in run("undo", "--help")
    monkeypatch.setenv(variable, " HU ")
    assert "Visszavon egy módosítást" in run("undo", "--help")
    monkeypatch.setenv("CRM_MCP_LANGUAGE", "en")
    assert "Take back one write" in run("undo", "--help")


def test_a_file_of_variables_says_the_language_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CRM_MCP_LANGUAGE")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("CRM_MCP_LANGUAGE=hu\n", encoding="utf-8")
    assert "Visszavon egy módosítást" in run("undo", "--help")


def test_a_wrong_option_is_refused_in_the_language_of_the_person() -> None:
    assert "Nincs ilyen kapcsoló: '--no'." in run("undo", "--no", "w1")
    assert "Hiányzó argumentum" in run("undo")
    assert "'x' nem választható itt; lehetőségek: 'table', 'csv', 'json'." in run("query", "--format", "x", "select 1")


def test_what_stands_for_values_is_in_the_language_of_the_person() -> None:
    said = run("--help") + run("serve", "--help") + run("replica", "--help") + run("setup", "--help")
    assert "main serve [KAPCSOLÓK]" in said
    assert not {"OPTIONS", "COMMAND", "ARGS", "TEXT", "INTEGER", "RANGE", "FILENAME"} & set(re.findall(r"\w+", said))


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (["serve", "--port", "x"], "'x' nem megfelelő érték, a várt típus: egész szám."),
        (["--env-file", "/", "tools"], "Érvénytelen érték ('--env-file'): fájl: '/' egy mappa."),
        (["call", "get_task", "{"], "crm-mcp call: Az argumentumok nem JSON-formátumúak: "),
        (["call", "get_task", "[]"], "crm-mcp call: Az argumentumok nem alkotnak JSON-objektumot. Így írja: "),
    ],
)
def test_no_refusal_mixes_languages(arguments: list[str], refusal: str) -> None:
    said = run(*arguments)
    assert refusal.casefold() in said.casefold()
    assert "OPTIONS" not in said


def test_the_words_of_click_are_those_that_click_says() -> None:
    folder = Path(click.__file__).parent
    literals = {
        node.value
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [text for text in (*click_words.PLAIN, *click_words.FORMS) if text not in literals] == []


def _leaves(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from _leaves(below, *path, name)


def test_no_line_of_the_help_is_cut() -> None:
    use("en")
    for said in (run("--help"), run("replica", "--help")):
        assert not re.search(r"\w\.\.\.$", said, re.MULTILINE)


def test_the_help_of_each_command_has_an_example_that_can_be_meant() -> None:
    use("en")
    for path, command in _leaves(main):
        label, _, example = (command.epilog or "").partition(" ")
        words = shlex.split(example.replace("--env-file work.env ", ""))
        assert (label, *words[: len(path) + 1]) == ("Example:", "crm-mcp", *path)
        command.make_context(path[-1], words[len(path) + 1 :])


def test_a_mistyped_command_is_met_with_the_near_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_MCP_LANGUAGE", "en")
    assert "No such command 'qury'. Did you mean 'query'?" in run("qury", "select 1")
