"""What a list of records and a record look like, and the API requests that list, read and write them.

Each CRM describes its own API and fields with these types; the page shows what they say and knows neither CRM. A view
only builds requests and parses responses, so people read and write through the API that programs use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mockserver.crm.api import ApiRequest, ApiResponse


@dataclass(frozen=True, slots=True)
class RecordField:
    """One field of a kind of record.

    Attributes:
        name: The API's name.
        label: What the CRM's users call it; empty where it is the same.
        type: What the CRM calls the type of its values, such as `Text(512)`.
        choices: What may be chosen: the value that the API takes, and its label.
        links_to: The kind of the records it holds an id of.
        is_read_only: Whether no request may write it.
        is_required: Whether a new record needs it.
    """

    name: str
    label: str = ""
    type: str = ""
    choices: Mapping[str, str] = field(default_factory=dict[str, str])
    links_to: str = ""
    is_read_only: bool = False
    is_required: bool = False

    @property
    def holds_time(self) -> bool:
        """Whether its values are dates with a time, in the account's zone."""
        return self.type.casefold() == "datetime"

    def show(self, value: object) -> str:
        """Return a value of this field as text: the label of a choice, nothing for null."""
        text = "" if value is None else str(value)
        return self.choices.get(text, text)


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record, such as a module.

    Attributes:
        name: Its name in addresses, of letters, digits and hyphens.
        title: What to call many of them.
        singular: What to call one.
        fields: Its fields in the order they are shown.
        columns: The fields that a list shows; the first one names the record.
        searches: What a search may look at: name and label, the likeliest first.
        operands: How a search may compare: name and label; empty where the API leaves no choice.
        sorts: The columns that a list may be sorted by.
        is_sorted_by_api: Whether the API sorts them; else the page does.
        is_written: Whether the API makes and changes them.
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
    is_sorted_by_api: bool = True
    is_listed: bool = True
    is_written: bool = True


@dataclass(frozen=True, slots=True)
class Search:
    """A search of a list: an empty `value` finds everything, `page` counts from 0."""

    field: str = ""
    operand: str = ""
    value: str = ""
    order: str = ""
    is_descending: bool = False
    page: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One record, its values as the API prints them."""

    kind: str
    id: str
    title: str
    values: Mapping[str, object]


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


class RecordViews(Protocol):
    """The views of one CRM's records; built for each page request, so it may cache what it read of the account."""

    def list_kinds(self) -> Sequence[RecordKind]:
        """Return the kinds of records."""
        ...

    def build_search(self, kind: RecordKind, search: Search) -> ApiRequest:
        """Return the request that lists a page of records."""
        ...

    def parse_page(self, kind: RecordKind, response: ApiResponse) -> RecordPage:
        """Read the response to a search, or to the request of a `Related`."""
        ...

    def build_read(self, kind: RecordKind, record_id: str) -> ApiRequest:
        """Return the request that reads one record."""
        ...

    def parse_record(self, kind: RecordKind, response: ApiResponse) -> Record | None:
        """Read the response to `build_read`, None where there is no such record; the record says its own kind."""
        ...

    def build_write(self, kind: RecordKind, record_id: str, values: Mapping[str, object]) -> ApiRequest:
        """Return the request that changes values of a record, or creates one where `record_id` is empty."""
        ...

    def parse_written(self, response: ApiResponse) -> str:
        """Return the id of the record that was written, empty where it was refused."""
        ...

    def list_related(self, kind: RecordKind, record_id: str) -> Sequence[Related]:
        """Return what belongs to a record."""
        ...
