"""Help and refusals of `crm-mock`, in the language of the person."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.command_help import click_words, speak_as_click_does
from tests.support.english import english_in

COMMANDS = ["", *main.commands]
DATA = re.compile(r"\S*\|\S*|\brecord\b|\brecorded\b|\bstdin\b")
"""Words of commands and options."""


@pytest.fixture(autouse=True)
def _in_hungarian(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.setenv("CRM_MCP_LANGUAGE", "hu")
    monkeypatch.setenv("LANGUAGE", "")  # what the command sets is put back
    yield
    monkeypatch.delenv("CRM_MCP_LANGUAGE")
    speak_as_click_does()


def run(*arguments: str) -> str:
    return CliRunner().invoke(main, list(arguments), prog_name="crm-mock").output


@pytest.mark.parametrize("command", COMMANDS)
def test_no_help_is_in_english(command: str) -> None:
    said = run(*command.split(), "--help")
    assert english_in(DATA.sub(" ", said)) == []
    assert not {"OPTIONS", "COMMAND", "ARGS", "TEXT", "INTEGER", "RANGE"} & set(re.findall(r"\w+", said))


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (["frob"], "Hiba: Nincs ilyen parancs: 'frob'."),
        (["serve", "--port", "x"], "'x' nem megfelelő érték, a várt típus: egész szám."),
        (["--profile", "x"], "'x' nem választható itt; lehetőségek: 'documented', 'observed'."),
        (["serve", "--ca-dir", "x"], "crm-mock: a --ca-dir a --tls CA-jának helyét adja meg: a --tls is kell hozzá"),
        (["seed"], "Hiba: adja meg, mely kezdőadatokat írja ki, vagy használja ezek egyikét: --generate, --check"),
        (["drift", "--accept"], "Hiba: Az --accept mellé --baseline FILE is kell, hogy legyen hová írni."),
    ],
)
def test_what_is_wrong_is_told_in_the_language_of_the_person(arguments: list[str], refusal: str) -> None:
    assert refusal in run(*arguments)


def test_no_line_of_the_help_is_cut() -> None:
    assert not re.search(r"\w\.\.\.$", run("--help"), re.MULTILINE)


def test_each_command_has_an_example_that_can_be_meant() -> None:
    for name, command in main.commands.items():
        examples = re.findall(rf"^ *crm-mock {name} .*", command.help or "", re.MULTILINE)
        assert examples
        for example in examples:
            command.make_context(name, shlex.split(example)[2:])


def test_without_the_variable_or_with_another_language_it_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    run("--help")
    for language in ("", "de", "en"):
        monkeypatch.setenv("CRM_MCP_LANGUAGE", language)
        assert run("seed", "--help").startswith("Usage: crm-mock seed [OPTIONS] ")
    monkeypatch.setenv("CRM_MCP_LANGUAGE", " HU ")
    assert run("seed", "--help").startswith("Használat: crm-mock seed [KAPCSOLÓK] ")


def test_the_words_of_click_are_those_that_click_says() -> None:
    literals = {
        node.value
        for file in Path(click.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [text for text in (*click_words.PLAIN, *click_words.FORMS) if text not in literals] == []
