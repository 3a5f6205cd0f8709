"""What was probably meant by a request that is refused, said in sentences.

Nothing here decides whether something is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.documents.near_misses import find_near_misses, suggest
from mockserver.ivinex.modules import Module

KEYS = ("Field", "Operand", "Value")
EXAMPLE = 'A condition is like {"Field":"email","Operand":"Equal","Value":"demo_email@ivinex.com"}.'


def suggest_field(module: Module, name: str) -> str:
    """Say which field was probably meant, or which ones there are."""
    listed = list(module.fields)
    more = f" and {len(listed) - 20} more" if len(listed) > 20 else ""
    return suggest(name, listed) or f"Its fields are {', '.join(listed[:20])}{more}."


def suggest_key(condition: Mapping[str, object], key: str, found: object) -> str:
    """Say which key of a condition was probably meant by a key that means nothing, or show a whole condition."""
    if found is None:
        for sent in condition:
            if sent not in KEYS and key in find_near_misses(sent, KEYS):
                return f'Did you mean "{key}" by "{sent}"?'
    return EXAMPLE


def hint_at_encoding(text: str) -> str:
    """Say how the parameter that is no JSON was meant to be sent."""
    if "%" in text and "[" not in text:
        return "It looks encoded twice: send a JSON list, URL-encoded once."
    return "Send a JSON list, URL-encoded once."
