"""What a person does in a CRM's own page and no API request can: the edits of `POST /_control/edits`.

A CRM carries them out by its own rules where those hold for people too. Nothing here knows a CRM.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast


class EditError(Exception):
    """An edit cannot be carried out; the message says what to send instead."""


@dataclass(frozen=True, slots=True)
class RecordEdit:
    """A record's values are changed.

    Attributes:
        kind: What kind of record, in the CRM's own words, such as `project`, or a module's id or name.
        record_id: Its id.
        values: The fields that change, as the API takes them.
        user: The id of who does it; empty is the account's first user.
    """

    kind: str
    record_id: int
    values: Mapping[str, object]
    user: str = ""


@dataclass(frozen=True, slots=True)
class RecordAddition:
    """A record is made that no API request can make.

    Attributes:
        kind: What kind of record, in the CRM's own words, such as `email`.
        values: Its fields, by the names that the API reads them by.
    """

    kind: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Purge:
    """A record is gone for good, from the trash too, with what cannot be without it."""

    kind: str
    record_id: int


@dataclass(frozen=True, slots=True)
class SetupEdit:
    """The account's modules, fields, choices, statuses or users change.

    Attributes:
        changes: A merge patch (RFC 7396) of the account in the CRM's part of a seed: null removes.
    """

    changes: Mapping[str, object]


Edit = RecordEdit | RecordAddition | Purge | SetupEdit


def merge(target: object, patch: object) -> object:
    """Return a JSON value changed by a merge patch; neither is altered.

    Source: RFC 7396.
    """
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(cast("Mapping[str, object]", target)) if isinstance(target, Mapping) else {}
    for key, value in cast("Mapping[str, object]", patch).items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged
