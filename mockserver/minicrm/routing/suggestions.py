"""What was probably meant by a request that is refused, as hints for the journal.

Nothing here decides whether something is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from mockserver.crm.profiles import Language
from mockserver.documents.near_misses import find_near_misses
from mockserver.minicrm import PREFIX
from mockserver.minicrm.schema import Field, find_label

_ID = "{id}"
# Common words for what the API names otherwise; an s at the end makes no difference.
_OTHER_WORDS = {
    **dict.fromkeys(("person", "people", "business", "businesse", "company", "companie", "customer"), "Contact"),
    **dict.fromkeys(("module", "categorie"), "Category"),
    **dict.fromkeys(("lead", "deal", "card"), "Project"),
    "task": "ToDo",
    "tasklist": "ToDoList",
}
_TRAILING_COMMA = re.compile(rb",\s*[}\]]")


def suggest_name(name: str, known: Iterable[str]) -> list[str]:
    """Say which field or parameter was probably meant, or which there are."""
    known = list(known)
    meant = [f"did you mean {each} instead of {name}?" for each in find_near_misses(name, known)]
    return meant or [f"there are {', '.join(known[:30])}"]


def suggest_field(name: str, known: Mapping[str, Field], language: Language) -> list[str]:
    """Say which field was probably meant, by its label or by a similar name, or which there are."""
    labels = {each.name: find_label(language, each.name, each.label) for each in known.values()}
    by_label = [
        f"did you mean {field}? {name} is its label, not its name"
        for field, label in labels.items()
        if label.casefold() == name.casefold() and field != name
    ]
    return by_label or suggest_name(name, known)


def suggest_word(text: str, known: Sequence[str]) -> list[str]:
    """Say which of the words that a parameter takes was probably meant, and which there are."""
    meant = [f"did you mean {each}?" for each in find_near_misses(text, known)]
    return [*meant, f"it is one of {', '.join(known)}"]


def suggest_body(raw: bytes) -> str:
    """Say what to change in a body that is no JSON; empty where that is not plain."""
    if b"{" not in raw and b"=" in raw:
        return "the body looks like a form: send JSON, whatever the Content-Type is"
    return "leave out the trailing comma" if _TRAILING_COMMA.search(raw) else ""


def suggest_method(path: str, methods: Sequence[str], sent: str) -> list[str]:
    """Say which methods an endpoint takes, and what else was probably meant."""
    entity = path.split("/")[0]
    hints = [f"{PREFIX}/{path} takes {', '.join(methods)}"]
    if sent == "POST" and "PUT" in methods:
        hints.append("did you mean PUT? It creates and updates")
    elif sent == "DELETE" and "PUT" in methods and entity == "Project":
        hints.append('nothing is deleted; PUT {"Deleted":1} moves a project to the trash')
    elif sent == "GET" and entity in {"ToDo", "Address"}:
        hints.append(f"did you mean {PREFIX}/{entity}List/{_ID}, or {PREFIX}/{path}/{_ID}?")
    return hints


def suggest_path(parts: Sequence[str], known: Sequence[str]) -> list[str]:
    """Say which endpoint was probably meant by the parts of a path behind the prefix, or which there are."""
    endpoints = f"the endpoints are {', '.join(sorted({path.split('/')[0] for path in known}))}"
    if not parts:
        return [endpoints]
    last_is_id = parts[-1].isdigit()
    name = "/".join(parts[:-1] if last_is_id and len(parts) > 1 else parts)
    shapes: dict[str, list[str]] = {}
    for path in known:
        shapes.setdefault(path.removesuffix(f"/{_ID}"), []).append(path)
    meanings = [_OTHER_WORDS[word] for word in (name.casefold(), name.casefold()[:-1]) if word in _OTHER_WORDS]
    hints: list[str] = []
    for meant in (*meanings, *find_near_misses(name, shapes)):
        shape = next((path for path in shapes[meant] if path.endswith(_ID) == last_is_id), shapes[meant][0])
        hints.append(f"did you mean {PREFIX}/{shape.replace(_ID, parts[-1] if last_is_id else _ID)}?")
    return hints or [endpoints]
