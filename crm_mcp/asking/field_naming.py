"""People's names for fields, asked for field by field with examples of what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crm_mcp.asking.asks import Asks, Choice
from crm_mcp.asking.checking import find_odd
from crm_mcp.crm.name_matching import folded
from crm_mcp.crm.wording import clip_text, quote_text
from crm_mcp.languages import Texts

_texts = Texts(__file__)
_DONE = ""
_LONGEST_EXAMPLE = 24
_MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class SampledField:
    """A field that may be named, where it is, and some of its values or choices; None where none was read."""

    name: str
    where: str = ""
    examples: tuple[str, ...] | None = None


def sample(name: str, where: str, values: Iterable[object]) -> SampledField:
    """Return a field with the first few of these values that say anything, each as a short line."""
    lines = (clip_line(value) for value in values if value not in (None, "", 0, "0", [], {}))
    return SampledField(name, where, tuple(dict.fromkeys(lines))[:_MOST_EXAMPLES])


def clip_line(value: object) -> str:
    """Return a value as one short line."""
    line = quote_text(str(value))
    return line if len(line) <= _LONGEST_EXAMPLE else f"{line[: _LONGEST_EXAMPLE - 1]}..."


async def name_fields(
    asks: Asks, key: str, fields: Sequence[SampledField], labels: Mapping[str, str]
) -> dict[str, str]:
    """Ask which fields are to be called what, until the person has had enough; return all labels.

    Args:
        asks: Who asks.
        key: The question's name: a field's is `KEY.NAME`.
        fields: What can be named.
        labels: The labels so far, which are kept unless the person changes them.
    """
    chosen = dict(labels)
    names = {field.name for field in fields}
    while True:
        choices = [
            Choice(_DONE, _texts.text("Done, go on")),
            *(Choice(field.name, _describe(field, chosen.get(field.name, ""))) for field in fields),
        ]
        name = await asks.choose(key, _texts.text("Which one shall have a name?"), choices, default=_DONE)
        if name == _DONE:
            return chosen

        def check(label: str, name: str = name) -> str:
            return _find_problem(label, name, chosen, names)

        label = await asks.text(
            f"{key}.{name}",
            _texts.text("What do you call {field}? (empty: no name)", field=name),
            default=chosen.get(name, ""),
            check=check,
        )
        chosen.pop(name, None)
        if label:
            chosen[name] = label


def _describe(field: SampledField, label: str) -> str:
    examples = "" if field.examples is None else ", ".join(field.examples) or _texts.text("empty so far")
    told = ": ".join(filter(None, [clip_text(quote_text(field.where), _LONGEST_EXAMPLE), examples]))
    return f"{field.name:<12} {f'= {label}  ' if label else ''}({told})"


def _find_problem(label: str, name: str, labels: Mapping[str, str], names: set[str]) -> str:
    if find_odd(label):
        return _texts.text("Write the name as it is, without quotes.")
    others = {folded(other) for field, other in labels.items() if field != name}
    if folded(label) in others:
        return _texts.text("Another field is called that already.")
    if label in names - {name}:
        return _texts.text("That is the name of another field in the CRM.")
    return ""
