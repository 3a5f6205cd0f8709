"""What was probably meant by a request that is refused.

Nothing here decides whether something is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.documents.near_misses import find_near_misses, suggest
from mockserver.ivinex.schema import Module

CONDITION_KEYS = ("Field", "Operand", "Value")
_SYMBOLS = {
    "=": "Equal",
    "==": "Equal",
    "!=": "NotEqual",
    "<>": "NotEqual",
    ">": "GreaterThan",
    ">=": "GreaterThanEqual",
    "<": "LessThan",
    "<=": "LessThanEqual",
}


def suggest_field(module: Module, name: str) -> str:
    """Say which field was probably meant, or which ones there are."""
    listed = list(module.fields)
    more = f" and {len(listed) - 20} more" if len(listed) > 20 else ""
    return suggest(name, listed) or f"Its fields are {', '.join(listed[:20])}{more}."


def suggest_key(condition: Mapping[str, object], key: str, found: object) -> str:
    """Say by which other key a condition's missing key was probably meant, if by any."""
    if found is None:
        for sent in condition:
            if sent not in CONDITION_KEYS and key in find_near_misses(sent, CONDITION_KEYS):
                return f'Did you mean "{key}" by "{sent}"?'
    return ""


def suggest_operand(sent: str, known: Sequence[str]) -> str:
    """Say which operand was probably meant, or which ones there are."""
    if sent in _SYMBOLS:
        return f'Did you mean "{_SYMBOLS[sent]}"?'
    return suggest(sent, known) or f"The operands are {', '.join(known)}."


def suggest_module(modules: Mapping[str, Module], sent: object) -> str:
    """Say which modules there are, and which one was probably meant."""
    by_name = {module.name.casefold(): module for module in modules.values()}
    meant = by_name.get(str(sent).casefold())
    known = ", ".join(f"{module.id} ({module.name})" for module in modules.values())
    hint = f" Did you mean {meant.id}, the id of {meant.name}?" if meant else ""
    return f"The account has {known or 'no modules'}.{hint}"


def suggest_written_field(module: Module, name: str) -> str:
    """Say which field of a record that is written was probably meant, or which ones there are."""
    plain = name.casefold().replace("_", "")
    if plain in {"collectionid", "id", "recordid"}:
        return f'The id of the record to update is sent as "CollectionID", not as "{name}".'
    if plain in {"collectiontypeid", "moduleid"}:
        return f'The module is sent as "CollectionTypeID", not as "{name}".'
    return suggest_field(module, name)


def suggest_encoding(text: str) -> str:
    """Say how the parameter that is no JSON was meant to be sent."""
    if "%" in text and "[" not in text:
        return "It looks encoded twice: send a JSON list, URL-encoded once."
    return "Send a JSON list, URL-encoded once."
