"""What results and the audit say of a record, told again in the language of the person. Pure.

It is kept as English text: a model reads it, and what was written outlives the process. Whole texts and sentences are
recognised by the templates they were made of; what is not, such as a CRM's own words, is left as it stands.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from crm_mcp.languages import Texts, current, mark

_texts = Texts(__file__)
_TEMPLATES = (
    mark("It changed nothing, so there is nothing to undo."),
    mark("It was not written, so there is nothing to undo."),
    mark("It is not there: it was not created, so there is nothing to undo."),
    mark("It was undone already, by {write_id}."),
    mark("What it held of a person who was purged was erased: it cannot be put back."),
    mark("Left as it is: {held}."),
    mark("It was changed after {write_id}; by whom is not known."),
    mark("It cannot be put back exactly as it was: {held}."),
    mark("Set it in the CRM itself."),
    mark("Whether it was created is not known: {which}."),
    mark("Look for it in the CRM."),
    mark("{done} of {count} taken back."),
    mark("{done} of {count} taken back; {left} left as it is, see items."),
    mark("{done} of {count} taken back; {left} left as they are, see items."),
    mark("{done} of {count} taken back ({needless} had nothing to undo)."),
    mark("Nothing was written."),
    mark("Nothing was written yet."),
    mark("To take this back, call undo_write without dry_run."),
    mark("Not tried."),
    mark("It was read back and is as it was before."),
    mark("Emptying {fields}, which undo_write can bring back."),
    mark("{record}: Emptying {fields}, which undo_write can bring back."),
    mark("{write_id} of this server wrote there since: undo that first."),
)
_PARTS = (mark("{field} holds {present}, not {left}"), mark("{field} was {value}"))
"""What stands in the places of those."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def tell_again(message: str) -> str:
    """Return a message in the language of the person."""
    if current() == "en" or not message:
        return message
    known = _patterns(_TEMPLATES)
    return _recognise(message, known) or " ".join(_recognise(one, known) or one for one in _SENTENCE.split(message))


def _recognise(text: str, known: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, template in known:
        if match := pattern.fullmatch(text):
            parts = _patterns(_PARTS)
            values = {name: _recognise(value, parts) or value for name, value in match.groupdict().items()}
            return _texts.text(template, **values)
    return ""


@functools.cache
def _patterns(templates: Sequence[str]) -> list[tuple[re.Pattern[str], str]]:
    """Return the templates as patterns; those with fewer places go first."""
    ordered = sorted(templates, key=lambda template: (template.count("{"), -len(template)))
    return [(re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(one)), re.DOTALL), one) for one in ordered]
