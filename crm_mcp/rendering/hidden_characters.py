"""Characters that a person does not see, taken out of what a model reads. Pure.

Strangers write into a CRM: tag characters and variation selectors can carry whole sentences that nobody sees, and
bidirectional controls turn a text round.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"  # controls; line ends and tabs stay
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # bidirectional
    r"|[\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb]"  # no width
    r"|[\U000e0000-\U000e0fff]"  # tags, and the second set of variation selectors
)
_SEEN = r"[^\x00-\u02ff\s\u200c\u200d\ufe00-\ufe0f]"
"""A character of a script that joins, or an emoji."""
_MISPLACED = re.compile(
    rf"(?<!{_SEEN})(?<!\ufe0f)[\u200c\u200d]|[\u200c\u200d](?!{_SEEN})"  # joiners that join nothing
    r"|(?<=[\u200c\u200d\ufe00-\ufe0f])[\ufe00-\ufe0f]"  # variation selectors that belong to no character
)

_ESCAPES = ("\\u", "\\b", "\\f")
"""How JSON writes the controls that are taken out."""
_SELECTORS = (b"\xef\xb8", b"\xf3\xa0")
"""How the variation selectors begin in UTF-8: of what is taken out they alone are printable."""


def remove_hidden(text: str) -> str:
    """Return a text without the characters that nobody sees; emoji and joined scripts stay whole."""
    if text.isascii() and text.isprintable():
        return text
    return _MISPLACED.sub("", _HIDDEN.sub("", text))


def may_hide(compact_json: str) -> bool:
    """Tell whether JSON text may hold characters that nobody sees, in keys or values; false where it surely does not.

    It is far quicker than to look into each value, and true for an emoji or a backslash too.
    """
    if not compact_json.isprintable() or any(escape in compact_json for escape in _ESCAPES):
        return True
    return not compact_json.isascii() and any(start in compact_json.encode() for start in _SELECTORS)


def without_hidden(value: object) -> object:
    """Return JSON data without the characters that nobody sees, in keys and values at any depth."""
    if isinstance(value, str):
        return remove_hidden(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {remove_hidden(str(key)): without_hidden(one) for key, one in pairs}
    if isinstance(value, list | tuple):
        return [without_hidden(one) for one in cast("Sequence[object]", value)]
    return value
