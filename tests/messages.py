"""`python -m tests.messages` (`make messages`) finds the texts that people read, and writes the catalogues anew.

Each folder with a `locale/` is a catalogue. What is found in and below it, but in no deeper one, becomes a message;
what is not found any more is dropped, and nothing is guessed. The `.mo` is compiled from the `.po`.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

import crm_mcp
import mockserver
from crm_mcp.cli import main
from crm_mcp.commands.help_texts import paragraphs
from crm_mcp.languages import LANGUAGES
from crm_mcp.languages.pages import find_messages
from crm_mcp.languages.texts import find_locale
from mockserver.cli import main as fakes_main
from mockserver.command_help import paragraphs as paragraphs_of_fake

ROOT = Path(crm_mcp.__file__).parents[1]
PACKAGE = Path(crm_mcp.__file__).parent
FAKE = Path(mockserver.__file__).parent
HOW = "run `make messages`, and write what lacks into the .po"
TRANSLATIONS = [language for language in LANGUAGES if language != "en"]
_SAID = ("text", "ntext", "ptext", "nptext", "later")
_MARKS = ("mark", "pmark", "npmark")
_OF_MANY = ("ntext", "nptext", "mark", "npmark")


class StableCatalog(Catalog):
    """A catalogue whose header tells nothing that changes."""

    def __init__(self, language: str) -> None:
        super().__init__(locale=language, fuzzy=False)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header."""
        return [
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
        ]

    @mime_headers.setter
    def mime_headers(self, value: Iterable[tuple[str, str]]) -> None:
        del value

    @property
    def header_comment(self) -> str:
        """Nothing."""
        return "#"

    @header_comment.setter
    def header_comment(self, value: str) -> None:
        del value


@dataclass(frozen=True, slots=True)
class Found:
    """A text in the source: `ids` is one text, or one for one and another for many."""

    ids: str | tuple[str, str]
    context: str = ""


def list_locales(*packages: Path) -> list[Path]:
    """Return the `locale/` folders of packages, of both where none is named."""
    found = [folder for package in packages or (PACKAGE, FAKE) for folder in package.rglob("locale")]
    return sorted(folder for folder in found if folder.is_dir())


def find_texts(locale: Path) -> list[Found]:
    """Return the texts that belong into a catalogue, each once, in the order of the files."""
    found: dict[tuple[str, str], Found] = {}
    for text in _all_texts(locale):
        one, many = (text.ids, "") if isinstance(text.ids, str) else text.ids
        known = found.get((text.context, one))
        if known is None or (many and isinstance(known.ids, str)):
            found[text.context, one] = text
    return list(found.values())


def _all_texts(locale: Path) -> Iterator[Found]:
    for file in sorted(locale.parent.rglob("*")):
        if file.suffix not in (".py", ".html", ".js") or find_locale(str(file)) != locale:
            continue
        if file.suffix == ".html" and FAKE in file.parents:
            yield from _texts_of_template(file)
        elif file.suffix in (".html", ".js"):
            yield from map(Found, find_messages(file.read_text(encoding="utf-8")))
        else:
            yield from _texts_of_module(file)
    if locale.parent.name == "commands":
        yield from _texts_of_commands(main, paragraphs)
    if locale.parent == FAKE:
        yield from _texts_of_commands(fakes_main, paragraphs_of_fake)


def _texts_of_module(file: Path) -> Iterator[Found]:
    """Yield what is said by something called `...texts`, and what is marked; Babel would take `def text(` for that."""
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=who) | ast.Attribute(attr=who), attr=name)) if (
                who.endswith("texts") and name in _SAID
            ):
                yield from _text_of_call(name, node)
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="person_texts")), attr=name)):
                yield from _text_of_call(name, node)
            case ast.Call(func=ast.Name(id=name)) if name in _MARKS:
                yield from _text_of_call(name, node)
            case _:
                pass


def _texts_of_template(file: Path) -> Iterator[Found]:
    """Yield what a template of the fake's page says by `_` and `ngettext`."""
    source = file.read_text(encoding="utf-8")
    templates = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    said: Iterator[tuple[int, str, object]] = templates.extract_translations(source)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
    for _, _, texts in said:  # pyright: ignore[reportUnknownVariableType]
        literals = [texts] if isinstance(texts, str) else [one for one in cast("tuple[str | None, ...]", texts) if one]
        yield Found(literals[0] if len(literals) == 1 else (literals[0], literals[1]))


def _text_of_call(name: str, call: ast.Call) -> Iterator[Found]:
    literals = [one.value if isinstance(one, ast.Constant) else None for one in call.args]
    context = str(literals.pop(0) or "") if name.startswith(("p", "np")) else ""
    texts = [one for one in literals[: 2 if name in _OF_MANY else 1] if isinstance(one, str)]
    if texts:
        yield Found(texts[0] if len(texts) == 1 else (texts[0], texts[1]), context)


def _texts_of_commands(command: click.Command, split: Callable[[str], Iterable[str]]) -> Iterator[Found]:
    """Yield what the help of a command and of those below it says."""
    for text in (command.help, command.short_help, command.epilog):
        if text:
            yield from map(Found, split(text))
    yield from (Found(option.help) for option in command.params if isinstance(option, click.Option) and option.help)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _texts_of_commands(below, split)


def update(locale: Path, language: str) -> StableCatalog:
    """Return a catalogue with what is found in the source, and the translations that the `.po` has of it."""
    path = po_path(locale, language)
    known = read_catalogue(path.read_bytes(), language) if path.is_file() else StableCatalog(language)
    catalogue = StableCatalog(language)
    for text in find_texts(locale):
        one = text.ids if isinstance(text.ids, str) else text.ids[0]
        old = known.get(one, text.context or None)
        string = old.string if old is not None and isinstance(old.id, str) == isinstance(text.ids, str) else None
        catalogue.add(text.ids, string or ("" if isinstance(text.ids, str) else ("", "")), context=text.context or None)
    return catalogue


def read_catalogue(po: bytes, language: str) -> StableCatalog:
    """Return the catalogue of a `.po`."""
    catalogue = StableCatalog(language)
    for message in read_po(io.BytesIO(po), locale=language):
        if message.id:
            catalogue.add(message.id, message.string, context=message.context, flags=message.flags)
    return catalogue


def po_path(locale: Path, language: str) -> Path:
    """Return where the texts of a language are."""
    return locale / language / "LC_MESSAGES" / f"{locale.parent.name}.po"


def render_po(catalogue: StableCatalog) -> bytes:
    """Return a `.po`, in which nothing changes but texts: no dates, versions or places of this machine."""
    written = io.BytesIO()
    write_po(written, catalogue, width=110, no_location=True)
    return written.getvalue()


def render_mo(catalogue: StableCatalog) -> bytes:
    """Return a `.mo`."""
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def _write(locale: Path, language: str) -> int:
    """Write one catalogue anew; return how many texts lack their translation."""
    catalogue = update(locale, language)
    path = po_path(locale, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(render_po(catalogue))
    path.with_suffix(".mo").write_bytes(render_mo(catalogue))
    return sum(not is_translated(message) for message in catalogue if message.id)


def is_translated(message: Message) -> bool:
    """Tell whether a text is there in all its forms."""
    return bool(message.string) and all(message.string)


if __name__ == "__main__":
    lacking = {
        po_path(locale, language).relative_to(ROOT): count
        for locale in list_locales()
        for language in TRANSLATIONS
        if (count := _write(locale, language))
    }
    for path, count in lacking.items():
        print(f"{path}: {count} texts lack their translation", file=sys.stderr)
