"""What the settings classes find wrong with an answer, in the person's language."""

from __future__ import annotations

from crm_mcp.languages import Texts, mark

_texts = Texts(__file__)

_KNOWN = (
    mark("its port is not a number"),
    mark("it holds a space"),
    mark("leave out the path of the API; it is added"),
    mark("write it as https://host"),
    mark("leave the login out of the URL; it has variables of its own"),
    mark("leave out everything from ? or # on"),
    mark("plain http:// would show the login to the network; use https:// (http is for loopback only)"),
    mark("begins and ends with quotes, which are part of the value: write it without them"),
    mark("it begins and ends with quotes, which are part of the value: write it without them"),
    mark("is an unfilled ${NAME}"),
    mark("it is an unfilled ${NAME}"),
    mark("looks like a placeholder that was not filled in"),
    mark("it looks like a placeholder that was not filled in"),
)


def explain(problem: str) -> str:
    """Return what a settings class says of a value, in the language of the person; nothing for nothing."""
    return problem and _texts.text(problem)


def as_sentence(problem: str) -> str:
    """Return the same as a sentence."""
    said = explain(problem)
    return f"{said[:1].upper()}{said[1:]}." if said else ""
