"""How a change is turned round, and whether a record still holds what the write left that is taken back. Pure.

Only the fields that are put back are compared, and leniently as to how each is written: a CRM may add the time to a
date, or zeros to a number. What somebody else wrote there since stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import replace

from crm_mcp.crm.wording import listing, quoted
from crm_mcp.safe_writes.changes import Change, are_other_ids, holds_already, is_emptied_number, is_same, is_unchanged

LEFT = "Left as it is"
"""How the refusal begins of a record that holds what somebody wrote since."""
NEEDLESS = "so there is nothing to undo."
"""How the message ends of a record that the write did not change."""
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIMES_OF_A_DATE = ("", " 00:00:00", " 23:59:59", "T00:00:00", "T23:59:59")
_BOOLEANS = {"true": "1", "false": "0"}


def put_back(change: Change) -> Change:
    """Return the change that gives a record its former values again, or says why it cannot.

    What the write did not change is not put back.
    """
    names = [name for name in change.shown if not holds_already(change, name)]
    held, before = change.held or {}, change.before or {}
    if not names:
        return replace(change, settled=f"It changed nothing, {NEEDLESS}")
    if unknown := [name for name in names if name not in held]:
        was = [f"{name} was {_shown(before.get(name))}" for name in unknown]
        return replace(
            change,
            problem=f"It cannot be put back exactly as it was: {listing(was, 5)}. Set it in the CRM itself.",
        )
    return Change(
        {name: held[name] for name in names},
        {name: before.get(name) for name in names},
        record_id=change.record_id,
        name=change.name,
        index=change.index,
        left={name: change.sent[name] for name in names},
        left_shown={name: change.shown[name] for name in names},
    )


def check_left(change: Change) -> Change:
    """Return a change that was just refreshed, refused where its record holds what somebody else wrote since."""
    if not change.undoes or change.problem or is_unchanged(change):
        return change
    others = [name for name in change.shown if not _holds_left(change, name) and not holds_already(change, name)]
    if not others:
        return change
    said = [
        f"{name} holds {_shown((change.before or {}).get(name))}, not {_shown(change.left_shown.get(name))}"
        for name in others
    ]
    return replace(
        change,
        problem=f"{LEFT}: {listing(said, 5)}. It was changed after {change.undoes}; by whom is not known.",
    )


def _holds_left(change: Change, name: str) -> bool:
    held, left = (change.held or {}).get(name), change.left.get(name)
    if name in (change.held or {}) and (_is_read_back(_plain(left), _plain(held)) or is_emptied_number(held, left)):
        return True
    is_shown_alike = is_same((change.before or {}).get(name), change.left_shown.get(name))
    return is_shown_alike and not are_other_ids(held, left)


def _is_read_back(left: str, held: str) -> bool:
    is_date = _DATE.fullmatch(left) is not None
    return held == left or (is_date and held.removeprefix(left) in _TIMES_OF_A_DATE)


def _plain(value: object) -> str:
    """Write a value in one way, however a CRM writes it back."""
    text = "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)
    text = text.replace("\r\n", "\n").strip()
    if _NUMBER.fullmatch(text):
        return text.rstrip("0").rstrip(".") if "." in text else text
    return _BOOLEANS.get(text.casefold(), text)


def _shown(value: object) -> str:
    return "nothing" if value is None or value == "" else quoted(value)
