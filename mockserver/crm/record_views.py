"""How people look at a CRM's records: which kinds there are, and the API requests that list, read and write them.

A CRM knows its own API and its own fields and says so here; the page for people knows neither. Nothing is read or
written past the API: a browser only makes requests and reads answers, so a person gets what a client would get.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mockserver.crm.api import ApiRequest, ApiResponse

Input = Literal["text", "lines", "number", "date", "moment", "choice", "choices"]


@dataclass(frozen=True, slots=True)
class RecordField:
    """One field of a kind of record, as a form shows it.

    Attributes:
        name: The API's name.
        label: What the CRM's users call it; empty where it is the same.
        input: How it is filled in; `choices` are several ids with commas between.
        choices: What may be chosen: the value that the API takes, and its label.
        links_to: The kind of the records it holds an id of.
        is_read_only: Whether no request may write it.
        is_fixed: Whether only a new record may be given it.
        is_required: Whether a new record needs it.
    """

    name: str
    label: str = ""
    input: Input = "text"
    choices: Mapping[str, str] = field(default_factory=dict[str, str])
    links_to: str = ""
    is_read_only: bool = False
    is_fixed: bool = False
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record, such as a module.

    Attributes:
        name: Its name in addresses, of letters, digits and hyphens.
        title: What to call many of them.
        singular: What to call one.
        fields: Its fields in the order of a form.
        columns: The fields that a list shows; the first one names the record.
        searches: What a search may look at: name and label, the likeliest first.
        operands: How a search may compare: name and label; empty where the API leaves no choice.
        sorts: The columns that a list may be sorted by.
        is_listed: Whether all of them can be listed; others show beside what they belong to.
    """

    name: str
    title: str
    singular: str
    fields: Sequence[RecordField]
    columns: Sequence[RecordField]
    searches: Mapping[str, str] = field(default_factory=dict[str, str])
    operands: Mapping[str, str] = field(default_factory=dict[str, str])
    sorts: Sequence[str] = ()
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class Search:
    """What a person looks for: an empty `value` is everything, `page` counts from 0."""

    field: str = ""
    operand: str = ""
    value: str = ""
    order: str = ""
    is_descending: bool = False
    page: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its values as a form holds them, and how to show those that are not shown as they are."""

    kind: str
    id: str
    title: str
    values: Mapping[str, str]
    shown: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of records; `total` is None where the API does not tell."""

    records: Sequence[Record]
    has_more: bool = False
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Records that belong to one record: how to list them, and what a new one is to start with."""

    title: str
    kind: str
    request: ApiRequest
    start: Mapping[str, str] = field(default_factory=dict[str, str])
    can_create: bool = True


class Browser(Protocol):
    """One CRM's records for people; made anew for each look, so it may keep what it read of the account."""

    def list_kinds(self) -> Sequence[RecordKind]:
        """Return the kinds of records."""
        ...

    def build_search(self, kind: RecordKind, search: Search) -> ApiRequest:
        """Return the request that lists a page of records."""
        ...

    def parse_page(self, kind: RecordKind, answer: ApiResponse) -> RecordPage:
        """Read the answer to a search, or to the request of a `Related`."""
        ...

    def build_read(self, kind: RecordKind, record_id: str) -> ApiRequest:
        """Return the request that reads one record."""
        ...

    def parse_record(self, kind: RecordKind, answer: ApiResponse) -> Record | None:
        """Read the answer to `build_read`, None where there is no such record; the record says its own kind."""
        ...

    def build_write(self, kind: RecordKind, record_id: str, values: Mapping[str, str]) -> ApiRequest:
        """Return the request that changes values of a record, or makes one where `record_id` is empty."""
        ...

    def parse_written(self, answer: ApiResponse) -> str:
        """Return the id of the record that was written, empty where it was refused."""
        ...

    def list_related(self, kind: RecordKind, record_id: str) -> Sequence[Related]:
        """Return what belongs to a record."""
        ...
