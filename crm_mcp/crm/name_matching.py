"""Names that people say, matched with what a CRM has: exact first, then without case, accents and the order of words.

Pure. A near miss is refused with what could have been meant; two matches ask which.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from crm_mcp.crm.pasted_text import mend_text
from crm_mcp.errors import InputError
from crm_mcp.languages import Texts, any_of

_texts = Texts(__file__)

_FULL_LIST = 30
"""Up to this many choices are all named in an error."""
_LONGEST_SHOWN = 60
_WHERE_ALL_ARE = "describe_module lists all choices"


class UnknownChoiceError(InputError):
    """A value is no choice of its field."""


def resolve_choice(
    field_name: str,
    value: object,
    choices: Mapping[str, str],
    *,
    where_all_are: str = _WHERE_ALL_ARE,
    by_part: bool = False,
) -> str:
    """Return the id of a choice given by its id or its label.

    An exact id wins over an exact label, that over a label that differs in case, accents or spaces, and that over the
    same words in another order: Hungarian family names stand first.

    Args:
        field_name: The field's API name, for the error.
        value: An id (text or number) or a label.
        choices: Ids to labels.
        where_all_are: What to say where the choices are too many to be named.
        by_part: Whether whole words of a label, else any part of it, will do where only one label has them.

    Raises:
        UnknownChoiceError: It is no choice.
        InputError: Several choices have that label.
    """
    text = _text(value)
    if text in choices:
        return text
    for is_meant in (*_ALIKE, *(_PARTS if by_part and len(folded(text)) > 1 else ())):
        found = [choice_id for choice_id, label in choices.items() if text and is_meant(text, label)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                f"{field_name}: {len(found)} choices match {text!r}.",
                hint=f"Give the id: {', '.join(f'{one} ({choices[one]})' for one in found)}.",
            )
    raise unknown_choice(field_name, value, choices, where_all_are)


def _words(text: str) -> list[str]:
    return sorted(folded(text).split())


_ALIKE: Sequence[Callable[[str, str], bool]] = (
    lambda text, label: text.strip() == label.strip(),
    lambda text, label: folded(text) == folded(label),
    lambda text, label: _words(text) == _words(label),
)
"""Ways in which a text is a label, the strictest first."""
_PARTS: Sequence[Callable[[str, str], bool]] = (
    lambda text, label: set(_words(text)) <= set(_words(label)),
    lambda text, label: folded(text) in folded(label),
)
"""Ways in which a text is part of a label."""


def _text(value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**64
    return str(value).strip() if is_number or isinstance(value, str) else ""


def unknown_choice(
    field_name: str, value: object, choices: Mapping[str, str], where_all_are: str = _WHERE_ALL_ARE
) -> UnknownChoiceError:
    """Return the error for a value that is no choice: what may have been meant, and what there is."""
    listed = [f"{label} ({choice_id})" if label != choice_id else label for choice_id, label in choices.items()]
    if not listed:
        return UnknownChoiceError(
            f"{field_name} has no choices in the schema, so {shown(value)} cannot be checked.", hint="Leave it out."
        )
    near = [
        one
        for label in nearest(_text(value), choices.values())
        for one, own in zip(listed, choices.values(), strict=True)
        if own == label
    ]
    meant = f", did you mean {' or '.join(near)}" if near else ""
    every = f"Choices: {', '.join(listed)}." if len(listed) <= _FULL_LIST else f"{where_all_are}."
    return UnknownChoiceError(f"{shown(value)} is not a choice of {field_name}{meant}.", hint=every)


def folded(text: str) -> str:
    """Return text without case, accents, needless spaces and invisible characters."""
    letters = unicodedata.normalize("NFKD", mend_text(text)).casefold()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def nearest(name: str, valid: Iterable[str], *, cutoff: float = 0.6, key: Callable[[str], str] = folded) -> list[str]:
    """Return at most three names that are like `name`, the likest first.

    Args:
        name: The name that was given.
        valid: The names there are.
        cutoff: How alike they must be, 0 to 1.
        key: What is compared of each name; by default the name without case and accents.
    """
    by_key = {key(one): one for one in valid}
    return [by_key[one] for one in difflib.get_close_matches(key(name), by_key, n=3, cutoff=cutoff)]


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """Return the nearest names as the end of a sentence; empty where none is near."""
    near = nearest(name, valid)
    return _texts.later(", did you mean {names}", names=any_of(near)) if near else ""


def shown(value: object) -> str:
    """Show a value in an error, shortened and safe to print."""
    try:
        text = repr(value)
    except ValueError:  # a number of thousands of digits
        text = f"a very large {type(value).__name__}"
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
