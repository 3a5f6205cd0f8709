"""CRM data shortened for a model: by default no empty values, no markup, and texts and results of limited size. Pure.

A text that is cut says how long it is and which call returns the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from crm_mcp.crm.field_labels import NO_LABELS, FieldLabels
from crm_mcp.errors import InputError
from crm_mcp.rendering.html_text import is_rich_text, plain_text

MAX_ANSWER_BYTES = 50_000
"""Most bytes of one result as compact JSON: 25,000 tokens of two bytes, as even ids and base64 take (assumed)."""
LIST_TEXT = 500
"""Most characters of one text in a list."""
OBJECT_TEXT = 4_000
"""Most characters of one text of a single object."""
CONTINUED_TEXT = 12_000
"""Most characters of a text that is continued by `text_from`."""

_EMPTY_TEXTS = ("", "0000-00-00", "0000-00-00 00:00:00")
_ENVELOPE = 300
"""Bytes reserved for what surrounds items: keys, the cursor, the total."""
_CUTS = (12_000, 6_000, 3_000, 1_500, 800, 500, 200, 50)
"""Lengths that texts are cut to, one after the other, until an object fits."""
_MEASURED_AT_ONCE = 100
"""So many objects mostly fit: they are then written as JSON once, and not one by one."""
_Item = TypeVar("_Item", bound=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How the objects of one result are shown.

    Attributes:
        continuation: The call that returns the rest of a text, with `{name}` and `{at}` in it.
        max_text: Most characters of a text; 0 cuts none.
        text_from: The character at which texts begin.
        only: Names of the keys and fields to show, empty ones too; all but the empty ones where none is named.
        is_raw: Whether nothing is left out, converted or cut, as long as the result fits.
        labels: What `fields` are called in place of their API names.
    """

    continuation: str
    max_text: int = LIST_TEXT
    text_from: int = 0
    only: tuple[str, ...] = ()
    is_raw: bool = False
    labels: FieldLabels = NO_LABELS


def list_options(
    get: str, *, fields: Sequence[str] = (), detail: bool = False, labels: FieldLabels = NO_LABELS
) -> RenderOptions:
    """Return the options for objects in a list.

    Args:
        get: The tool that reads one of them by itself.
        fields: Names of the fields to show; none for all.
        detail: Whether everything is shown as the CRM has it, so that fields keep their API names.
        labels: What fields are called otherwise.
    """
    max_text = 0 if detail else LIST_TEXT
    shown = NO_LABELS if detail else labels
    return RenderOptions(_call(get, detail=detail), max_text, only=tuple(fields), is_raw=detail, labels=shown)


def object_options(
    get: str,
    *,
    fields: Sequence[str] = (),
    detail: bool = False,
    text_from: int = 0,
    labels: FieldLabels = NO_LABELS,
) -> RenderOptions:
    """Return the options for a single object, read by the tool `get`; see `list_options`.

    Raises:
        InputError: `text_from` is given without exactly one field.
    """
    if text_from and len(fields) != 1:
        raise InputError("`text_from` reads one text on.", hint="Name its field, alone, in `fields`.")
    max_text = CONTINUED_TEXT if text_from else 0 if detail else OBJECT_TEXT
    shown = NO_LABELS if detail else labels
    return RenderOptions(_call(get, detail=detail), max_text, text_from, tuple(fields), is_raw=detail, labels=shown)


def _call(get: str, *, detail: bool) -> str:
    return f'{get}(..., fields=["{{name}}"], text_from={{at}}{", detail=true" if detail else ""})'


def shorten(fields: Mapping[str, Any], options: RenderOptions) -> dict[str, Any]:
    """Return fields as `options` shows them, in the order they came."""
    asked = {name: value for name, value in fields.items() if name in options.only} if options.only else fields
    named = options.labels.by_label(asked, beside=fields)
    shown = {name: _shown_value(name, value, options) for name, value in named.items()}
    return {name: value for name, value in shown.items() if options.is_raw or options.only or not is_empty(value)}


def is_empty(value: object) -> bool:
    """Tell whether a value is empty: no text, no list, a date of zeros. 0 and false are values."""
    return value is None or value in _EMPTY_TEXTS or value == [] or value == {}


def show(item: _Item, options: RenderOptions) -> _Item:
    """Return an object as `options` shows it: always with `id` and `name`.

    `rich_text` names those of its texts that are HTML in the CRM and shown as plain text.
    """
    plain = replace(options, text_from=0) if options.text_from else options
    shown = {
        key: value if key == "id" else _shown_value(key, value, options if key in options.only else plain)
        for key, value in item.items()
        if key != "fields" and (not options.only or key in ("id", "name") or key in options.only)
    }
    if "fields" in item:
        shown["fields"] = shorten(item["fields"], options)
    if rich_text := _shown_as_plain(item, shown, options):
        shown["rich_text"] = rich_text
    return cast("_Item", shown)


def _shown_as_plain(item: Mapping[str, Any], shown: Mapping[str, Any], options: RenderOptions) -> str:
    """Name the texts that are HTML in the CRM and plain here; a change of one must be written as HTML."""
    if options.is_raw:
        return ""
    pairs = {**item, **options.labels.by_label(item.get("fields", {}))}.items()
    told = {*shown, *shown.get("fields", {})}
    return ", ".join(name for name, value in pairs if is_markup(value) and name in told)


def show_one(item: _Item, options: RenderOptions, *, reserved: int = 0) -> _Item:
    """Return an object as `options` shows it, its texts cut further until one result holds it.

    Where even short texts are too many, the last fields are left out, and a field `…` says how many. `reserved` is the
    number of bytes that the rest of the result takes.
    """
    room = MAX_ANSWER_BYTES - reserved - _ENVELOPE
    shown = show(item, options)
    for max_text in _CUTS:
        if size_of(shown) <= room:
            return shown
        if not options.max_text or max_text < options.max_text:
            options = replace(options, max_text=max_text)
            shown = show(item, options)
    return shown if size_of(shown) <= room else _without_last_fields(shown, room)


def show_list(items: Sequence[_Item], options: RenderOptions, *, reserved: int = 0) -> list[_Item]:
    """Return as many objects from the front as one result holds, as `options` shows them; at least one of them.

    `reserved` is the number of bytes that the rest of the result takes.
    """
    room = MAX_ANSWER_BYTES - reserved - _ENVELOPE
    if len(items) <= _MEASURED_AT_ONCE and size_of(all_shown := [show(item, options) for item in items]) <= room:
        return all_shown
    taken: list[_Item] = []
    for item in items:
        shown = show(item, options) if taken else show_one(item, options, reserved=reserved)
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
    return isinstance(value, str) and "<" in value and is_rich_text(value)


def cut_text(text: str, max_text: int, continuation: str, *, text_from: int = 0) -> str:
    """Return at most `max_text` characters of a text (0: all) and, where more follow, which call returns them.

    Args:
        text: The whole text.
        max_text: Most characters; 0 cuts none.
        continuation: The call that returns the rest, with `{at}` for the character it starts at.
        text_from: The character to start at.
    """
    end = text_from + max_text if max_text else len(text)
    if end >= len(text):
        return text[text_from:]
    return (
        f"{text[text_from:end]}… [cut: {end:,} of {len(text):,} characters; {continuation.replace('{at}', str(end))}]"
    )


def _shown_value(name: str, value: object, options: RenderOptions) -> object:
    if not options.text_from and _is_shown_as_it_is(value, options.max_text):
        return value
    if not isinstance(value, str):
        as_text = _json(value)
        if not options.text_from and not len(as_text) > options.max_text > 0:
            return value
        value = as_text
    text = plain_text(value) if not options.is_raw and is_markup(value) else value
    if options.text_from and options.text_from >= len(text):
        raise InputError(f"{name} has {len(text):,} characters.", hint="`text_from` counts them from 0.")
    return cut_text(text, options.max_text, options.continuation.replace("{name}", name), text_from=options.text_from)


def _is_shown_as_it_is(value: object, max_text: int) -> bool:
    """Tell at a glance whether a value surely is neither cut nor markup, as nearly all are."""
    if isinstance(value, str):
        return "<" not in value and (not max_text or len(value) <= max_text)
    return value is None or value is True or value is False


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
