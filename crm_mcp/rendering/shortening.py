"""What a model reads of CRM data: by default no empty values, no markup, no endless texts, and never too much. Pure.

Whatever is cut says how long it is and which call reads on; nothing is lost in silence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from crm_mcp.errors import InputError
from crm_mcp.rendering.html_text import is_rich_text, plain_text

MAX_ANSWER_BYTES = 50_000
"""Most bytes of one answer as compact JSON: 25,000 tokens of two bytes, which even ids and base64 keep to (assumed)."""
LIST_TEXT = 500
"""Most characters of one text in a list."""
OWN_TEXT = 4_000
"""Most characters of one text of an object that was asked for by itself."""
READ_ON_TEXT = 12_000
"""Most characters of a text that is read on by `text_from`."""

_EMPTY_DATES = ("0000-00-00", "0000-00-00 00:00:00")
_ENVELOPE = 300
"""Bytes kept free for what stands around items: keys, the cursor, the total."""
_CUTS = (12_000, 6_000, 3_000, 1_500, 800, 500, 200, 50)
"""Lengths that texts are cut to, one after the other, until an object has room."""
_Item = TypeVar("_Item", bound=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class Form:
    """How the objects of one answer are shown.

    Attributes:
        read_on: The call that reads one text on, with `{name}` and `{at}` in it.
        max_text: Most characters of a text; 0 cuts none.
        text_from: The character at which texts begin.
        only: Names of the keys and fields to show, empty ones too; all but the empty ones where none is named.
        is_raw: Whether nothing is left out, converted or cut; for no more than an answer holds.
    """

    read_on: str
    max_text: int = LIST_TEXT
    text_from: int = 0
    only: tuple[str, ...] = ()
    is_raw: bool = False


def list_form(get: str, *, fields: Sequence[str] = (), detail: bool = False) -> Form:
    """Return the form of objects in a list.

    Args:
        get: The tool that reads one of them by itself.
        fields: Names of the fields that were asked for; none for all.
        detail: Whether everything is shown as the CRM has it.
    """
    return Form(_call(get, detail=detail), 0 if detail else LIST_TEXT, only=tuple(fields), is_raw=detail)


def own_form(get: str, *, fields: Sequence[str] = (), detail: bool = False, text_from: int = 0) -> Form:
    """Return the form of an object that was asked for by itself, by the tool `get`; see `list_form`.

    Raises:
        InputError: `text_from` is given, but not the one field it is of.
    """
    if text_from and len(fields) != 1:
        raise InputError("`text_from` reads one text on.", hint="Name its field, alone, in `fields`.")
    max_text = READ_ON_TEXT if text_from else 0 if detail else OWN_TEXT
    return Form(_call(get, detail=detail), max_text, text_from, tuple(fields), is_raw=detail)


def _call(get: str, *, detail: bool) -> str:
    return f'{get}(..., fields=["{{name}}"], text_from={{at}}{", detail=true" if detail else ""})'


def shorten(fields: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """Return fields as `form` shows them, in the order they came."""
    shown = {
        name: _shown_value(name, value, form) for name, value in fields.items() if not form.only or name in form.only
    }
    return {name: value for name, value in shown.items() if form.is_raw or form.only or not is_empty(value)}


def is_empty(value: object) -> bool:
    """Tell whether a value says nothing: no text, no list, a date of zeros. 0 and false say something."""
    return value is None or value in ("", *_EMPTY_DATES) or value == [] or value == {}


def show(item: _Item, form: Form) -> _Item:
    """Return an object as `form` shows it: `id` and `name` always, common keys and `fields` as asked for.

    `rich_text` names those of its texts that are HTML in the CRM and shown as plain text.
    """
    plain = replace(form, text_from=0)
    shown = {
        key: value if key == "id" else _shown_value(key, value, form if key in form.only else plain)
        for key, value in item.items()
        if key != "fields" and (not form.only or key in ("id", "name") or key in form.only)
    }
    if "fields" in item:
        shown["fields"] = shorten(item["fields"], form)
    if rich_text := _shown_as_plain(item, shown, form):
        shown["rich_text"] = rich_text
    return cast("_Item", shown)


def _shown_as_plain(item: Mapping[str, Any], shown: Mapping[str, Any], form: Form) -> str:
    """Name the texts that are HTML in the CRM and plain here: who changes one must write HTML again."""
    pairs = {**item, **item.get("fields", {})}.items()
    told = {*shown, *shown.get("fields", {})}
    return ", ".join(name for name, value in pairs if name in told and not form.is_raw and is_markup(value))


def show_one(item: _Item, form: Form, *, reserved: int = 0) -> _Item:
    """Return an object as `form` shows it, its longest texts cut further where one answer does not hold it.

    Where even short texts are too many, the last fields are left out, and a field `…` says how many.

    Args:
        item: An object as the CRM gave it.
        form: How it is shown.
        reserved: Bytes that the rest of the answer takes.
    """
    room = MAX_ANSWER_BYTES - reserved - _ENVELOPE
    shown = show(item, form)
    for max_text in _CUTS:
        if size_of(shown) <= room:
            return shown
        if not form.max_text or max_text < form.max_text:
            form = replace(form, max_text=max_text)
            shown = show(item, form)
    return shown if size_of(shown) <= room else _without_last_fields(shown, room)


def show_list(items: Sequence[_Item], form: Form, *, reserved: int = 0) -> list[_Item]:
    """Return as many objects from the front as one answer holds, as `form` shows them; at least one of them.

    Args:
        items: Objects with an `id` and, maybe, `fields`, as the CRM gave them.
        form: How they are shown.
        reserved: Bytes that the rest of the answer takes.
    """
    room = MAX_ANSWER_BYTES - reserved - _ENVELOPE
    taken: list[_Item] = []
    for item in items:
        shown = show(item, form) if taken else show_one(item, form, reserved=reserved)
        room -= size_of(shown) + 1
        if room < 0 and taken:
            break
        taken.append(shown)
    return taken


def size_of(value: object) -> int:
    """Return the bytes of a value as the compact JSON that a model reads."""
    return len(_json(value).encode("utf-8", "surrogatepass"))


def is_markup(value: object) -> bool:
    """Tell whether a value is shown without its markup."""
    return isinstance(value, str) and is_rich_text(value)


def cut_text(text: str, max_text: int, read_on: str, *, text_from: int = 0) -> str:
    """Return at most so many characters of a text and, where more follow, how many there are and how to read on.

    Args:
        text: The whole text.
        max_text: Most characters; 0 cuts none.
        read_on: The call that reads on, with `{at}` for the character to read on from.
        text_from: The character to begin at.
    """
    end = text_from + max_text if max_text else len(text)
    if end >= len(text):
        return text[text_from:]
    return f"{text[text_from:end]}… [cut: {end:,} of {len(text):,} characters; {read_on.replace('{at}', str(end))}]"


def _shown_value(name: str, value: object, form: Form) -> object:
    if not isinstance(value, str):
        as_text = _json(value)
        if not form.text_from and not len(as_text) > form.max_text > 0:
            return value
        value = as_text
    text = plain_text(value) if not form.is_raw and is_markup(value) else value
    if form.text_from and form.text_from >= len(text):
        raise InputError(f"{name} has {len(text):,} characters.", hint="`text_from` counts them from 0.")
    return cut_text(text, form.max_text, form.read_on.replace("{name}", name), text_from=form.text_from)


def _without_last_fields(item: _Item, room: int) -> _Item:
    fields = cast("Mapping[str, Any]", item.get("fields", {}))
    kept: dict[str, Any] = {}
    room -= size_of({**item, "fields": {}}) + _ENVELOPE
    for name, value in fields.items():
        room -= size_of({name: value})
        if room < 0:
            break
        kept[name] = value
    kept["…"] = f"[cut: {len(kept)} of {len(fields)} fields; name others in `fields`]"
    return cast("_Item", {**item, "fields": kept})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
