"""What a text becomes in a language."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crm_mcp.languages import Later, Texts, current, said, use
from crm_mcp.languages.pages import find_messages, page_in
from crm_mcp.languages.writing import write_day, write_number
from tests.messages import read_catalogue, render_mo

PO = """
msgid "{count} card"
msgid_plural "{count} cards"
msgstr[0] "{count} adatlap"
msgstr[1] "{count} adatlap"

msgid "{file} was written: {why}"
msgstr "{why} Elkészült: {file}"

msgid "No reason."
msgstr "Ok nélkül."

msgctxt "field"
msgid "Name"
msgstr "név"

msgid "Pipeline </script>"
msgstr "Folyamat </script>"
"""


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    """Return texts of a package with a catalogue, in Hungarian."""
    path = tmp_path / "cards" / "locale" / "hu" / "LC_MESSAGES" / "cards.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(render_mo(read_catalogue(PO.encode(), "hu")))
    return Texts(str(tmp_path / "cards" / "deep" / "module.py"), "hu")


@pytest.fixture
def language_after() -> Iterator[None]:
    """Speak English after the test."""
    yield
    use("en")


def test_a_text_is_said_in_its_language_and_one_that_is_not_known_in_english(texts: Texts) -> None:
    assert texts.text("No reason.") == "Ok nélkül."
    assert texts.text("Never {seen}.", seen="seen") == "Never seen."
    assert texts.ntext("{count} card", "{count} cards", 5) == "5 adatlap"
    assert texts.ptext("field", "Name") == "név"
    assert texts.text("Name") == "Name"


def test_a_value_with_braces_is_no_place(texts: Texts) -> None:
    assert texts.text("{file} was written: {why}", file="{why}", why="{0}") == "{0} Elkészült: {why}"
    assert texts.text("Plain {braces}") == "Plain {braces}"


def test_an_error_stays_english_until_a_person_is_told(texts: Texts) -> None:
    why = texts.later("No reason.")
    error = texts.later("{file} was written: {why}", file="a.csv", why=why)
    assert error == "a.csv was written: No reason."
    assert said(error, "hu") == "Ok nélkül. Elkészült: a.csv"
    assert said(error, "en") == str(error)
    assert said(Later.joined([why, "And more."]), "hu") == "Ok nélkül. And more."
    assert said("Plain.", "hu") == "Plain."


@pytest.mark.usefixtures("language_after")
def test_the_language_of_the_process_is_that_of_texts_that_have_none(texts: Texts) -> None:
    own = Texts(texts.file)
    assert (current(), own.text("No reason.")) == ("en", "No reason.")
    use("HU")
    assert (current(), own.text("No reason.")) == ("hu", "Ok nélkül.")
    use("de")
    assert current() == "en"


def test_a_page_gets_the_words_that_it_marks_and_they_cannot_end_its_script(texts: Texts) -> None:
    html = (
        '<html lang="en"><head></head><h1 class="x" data-text>No reason.</h1><script>'
        'text("Pipeline </script>"); ntext("{count} card", "{count} cards", n); context("no")</script></html>'
    )
    assert list(find_messages(html)) == ["No reason.", "Pipeline </script>", ("{count} card", "{count} cards")]
    page = page_in(html, texts)
    assert '<html lang="hu"><head><script type="application/json" id="words">' in page
    assert '"Pipeline \\u003c/script>": "Folyamat \\u003c/script>"' in page
    assert '"{count} card": ["{count} adatlap", "{count} adatlap"]' in page
    assert page_in(html, Texts(texts.file, "en")) == html


@pytest.mark.parametrize(
    ("number", "english", "hungarian"),
    [
        (0, "0", "0"),
        (1234, "1,234", "1234"),
        (-12345, "-12,345", "-12\xa0345"),
        (1234567.5, "1,234,567.5", "1\xa0234\xa0567,5"),
        (Decimal("10000.50"), "10,000.50", "10\xa0000,50"),
    ],
)
def test_a_number_is_written_as_its_readers_do(number: float | Decimal, english: str, hungarian: str) -> None:
    assert write_number(number, "en") == english
    assert write_number(number, "hu") == hungarian


@pytest.mark.parametrize(
    ("day", "hungarian"),
    [
        ("2026-11-30", "2026. 11. 30."),
        ("2026-11-30 14:05:00", "2026. 11. 30. 14:05:00"),
        ("2026-11-30T14:05", "2026. 11. 30. 14:05"),
        (datetime(2026, 11, 30, 8, 5), "2026. 11. 30. 08:05"),  # noqa: DTZ001  # a local time
        ("soon", "soon"),
        ("2026-11-30-7", "2026-11-30-7"),
    ],
)
def test_a_date_is_written_as_its_readers_do(day: str, hungarian: str) -> None:
    assert write_day(day, "hu") == hungarian
    assert write_day("2026-11-30", "en") == "2026-11-30"


def test_english_opens_no_catalogue() -> None:
    code = (
        "import sys; from crm_mcp.languages import Texts; Texts('/nowhere/x.py').text('a {b}', b=1);"
        "print('gettext' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_bytes_of_a_catalogue_are_the_same_at_every_writing() -> None:
    assert render_mo(read_catalogue(PO.encode(), "hu")) == render_mo(read_catalogue(PO.encode(), "hu"))
    assert io.BytesIO(render_mo(read_catalogue(PO.encode(), "hu"))).read(4) == b"\xde\x12\x04\x95"
