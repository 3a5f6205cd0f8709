"""Every text that people read is in a catalogue, in every language, whole."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Message

from tests.messages import (
    HOW,
    PACKAGE,
    TRANSLATIONS,
    find_texts,
    is_translated,
    list_locales,
    po_path,
    read_catalogue,
    render_mo,
    render_po,
    update,
)

_ENDS = (".", "?", ":", "!", "?)")
CATALOGUES = [
    pytest.param(locale, language, id=f"{locale.parent.name}-{language}")
    for locale in list_locales()
    for language in TRANSLATIONS
]


def messages_of(locale: Path, language: str) -> list[Message]:
    catalogue = read_catalogue(po_path(locale, language).read_bytes(), language)
    return [message for message in catalogue if message.id]


def forms_of(texts: str | tuple[str, ...] | list[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def places_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(("locale", "language"), CATALOGUES)
def test_a_catalogue_holds_what_is_said_and_nothing_else(locale: Path, language: str) -> None:
    assert po_path(locale, language).read_bytes() == render_po(update(locale, language)), HOW


@pytest.mark.parametrize(("locale", "language"), CATALOGUES)
def test_what_is_compiled_is_what_was_written(locale: Path, language: str) -> None:
    po = po_path(locale, language)
    assert po.with_suffix(".mo").read_bytes() == render_mo(read_catalogue(po.read_bytes(), language)), HOW


@pytest.mark.parametrize(("locale", "language"), CATALOGUES)
def test_no_text_lacks_its_translation(locale: Path, language: str) -> None:
    assert [message.id for message in messages_of(locale, language) if not is_translated(message)] == [], HOW


@pytest.mark.parametrize(("locale", "language"), CATALOGUES)
def test_a_translation_has_the_places_of_its_text(locale: Path, language: str) -> None:
    for message in messages_of(locale, language):
        for english, said in zip(forms_of(message.id), forms_of(message.string or ""), strict=True):
            assert places_of(said) == places_of(english), message.id


@pytest.mark.parametrize(("locale", "language"), CATALOGUES)
def test_a_translation_begins_and_ends_as_its_text_does(locale: Path, language: str) -> None:
    """A full stop that lacks, or a space too many, is seen where texts are joined."""
    for message in messages_of(locale, language):
        for english, said in zip(forms_of(message.id), forms_of(message.string or ""), strict=False):
            assert said.strip() == said or english.strip() != english, said
            assert said.endswith(_ENDS) == english.endswith(_ENDS), said


_TOLD = (
    "SettingsError",
    "StoreError",
    "HostError",
    "QueryError",
    "UsageError",
    "ClickException",
    "BadParameter",
    "echo",
)
"""What ends a command with a sentence for the person, or prints one."""
_FOR_PROGRAMS = {"reach.py", "person_purge.py", "gate.py", "leases.py"}
"""Where such an error reaches HTTP clients and the model alone."""


def test_no_sentence_for_people_is_left_out_of_the_catalogues() -> None:
    """Whoever writes `SettingsError(f"...")` writes English for everybody."""
    left_out = [
        f"{file.relative_to(PACKAGE)}:{node.lineno}: {text}"
        for file in sorted(PACKAGE.rglob("*.py"))
        if file.name not in _FOR_PROGRAMS
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and name_of(node.func) in _TOLD
        for text in map(literal_of, [*node.args[:1], *(one.value for one in node.keywords if one.arg == "hint")])
        if len(re.findall(r"[a-z]{3,}", re.sub(r"crm-\w+|[A-Z_]{3,}", "", text))) > 1
    ]
    assert left_out == []


def name_of(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def literal_of(given: ast.expr) -> str:
    """Return the words of a text that stands in the source; of a call of `_texts` there are none."""
    parts = given.values if isinstance(given, ast.JoinedStr) else [given]
    return " ".join(one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_no_catalogue_is_empty_or_lies_where_nothing_is_said() -> None:
    assert all(find_texts(locale) for locale in list_locales())


def test_no_catalogue_tells_of_a_machine_or_a_day() -> None:
    for po in PACKAGE.rglob("*.po"):
        text = po.read_text(encoding="utf-8")
        assert not [word for word in ("POT-Creation-Date", "Generated-By", "#:", "#~", "fuzzy") if word in text]
