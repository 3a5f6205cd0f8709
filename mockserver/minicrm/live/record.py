"""What a MiniCRM account's requests and responses hold, and which of it says something about somebody.

Kept: the names of fields, the API's own words (`Person`, `Open`), counts and pages, and the ids of modules, statuses
and choices, since those of a Set are powers of two. All else has a stand-in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mockserver.documents.strict_json import as_object
from mockserver.scrubbing.json_values import JsonScrubber
from mockserver.scrubbing.pseudonyms import Pseudonyms
from mockserver.scrubbing.scrubber import UNDOCUMENTED, Example
from mockserver.scrubbing.text import TextScrubber

ROOT = "/Api/R3"
READING_ENDPOINTS = frozenset(
    # Documented first; the last five are described by other manuals (observed, grades B and C).
    {"Category", "Schema", "Project", "Contact", "ToDoList", "ToDo", "AddressList", "Address"}
    | {"EmailList", "ProjectHistory", "TemplateList", "Template", "ListProjectConnection"}
)
READING_PATHS = re.compile(r"/Api/(?:Invoice|Offer|Order)/(?:List|[0-9]+)", re.ASCII)
"""Lists and details of documents; anything behind an id acts on it, some of it by GET."""
DELETING_ENDPOINT = "PurgePerson"
PUBLIC_ORIGIN = "https://r3.minicrm.hu"

_DOCUMENTS = frozenset({"Invoice", "Offer", "Order", "List"})
_COUNTS = frozenset(
    {
        "Count",
        "TotalCount",
        "ItemPerPage",
        "Page",
        "IsReverseCharge",
        "OrderId",
        "Detailed",
        "Structured",
        "Deleted",
        "Default",
    }
)
_SETUP_IDS = re.compile(r"CategoryId|StatusId|Type|(?:Enum|Set)[0-9]+")
_USER_FIELDS = frozenset({"UserId", "CreatedBy", "UpdatedBy"})
_WORDS: Mapping[str, frozenset[str]] = {
    "Type": frozenset({"Person", "Business", "Generic", "HelpDesk", "Invoice", "Offer", "Order", "Proforma"})
    | {"StatusHistory", "Email", "Todo", "Sms", "File"},
    "CurrencyCode": frozenset({"HUF", "EUR", "USD", "RON"}),
    "Media": frozenset({"PKI", "Paper"}),
    "PaymentMethod": frozenset({"Cash", "WiredTransfer"}),
    "VATMode": frozenset({"NormalVAT", "ReverseCharge", "VATExempt"}),
    "Status": frozenset({"Open", "Closed", "All"}),
    "StatusGroup": frozenset({"Lead", "Open", "Success", "Failed"}),
}
_SCHEMA_TYPE = re.compile(r"[A-Za-z]{1,16}(?:\([0-9A-Za-z]{1,9}\))?")
_API_URL = re.compile(rf"https?://[^/?#]+((?:{re.escape(ROOT)}|/Api/(?:Invoice|Offer|Order))/.*)", re.DOTALL)
_PATH_WORDS = READING_ENDPOINTS | _DOCUMENTS | {"Person", "Business"}
_SETUP_ENDPOINTS = frozenset({"Schema", "TemplateList"})

_SEARCHES = {
    "Query": (8, "project-search-full-text", "Searching / Project search (full-text)"),
    "ReferenceId": (13, "project-by-reference-id", "Project (GET) / ReferenceId"),
    "UpdatedSince": (10, "project-search-updated-since", "Searching / Project search (field-based)"),
    "StatusGroup": (11, "project-search-status-group", "Searching / Project search (field-based)"),
}
_PROJECT_SEARCH = (9, "project-search-by-field", "Searching / Project search (field-based)")
_CONTACT_SEARCH = (18, "contact-search-by-field", "Contact Search (field-based)")
_CONTACT_QUERY = (16, "contact-search-full-text", "Contact Search (full-text)")
_WITH_ID = {
    ("GET", "Project"): (12, "project-by-id", "Project (GET) / ProjectId"),
    ("PUT", "Project"): (14, "project-update", "Project (PUT)"),
    ("GET", "Contact"): (19, "contact-by-id", "Contact (GET)"),
    ("PUT", "Contact"): (21, "contact-update", "Contact (PUT)"),
    ("GET", "ToDoList"): (23, "task-list", "Task Search"),
    ("GET", "ToDo"): (24, "task-by-id", "Task (GET)"),
    ("PUT", "ToDo"): (25, "task-update", "Task (PUT)"),
    ("GET", "AddressList"): (26, "address-list", "Address (List)"),
    ("GET", "Address"): (27, "address-by-id", "Address (GET)"),
    ("PUT", "Address"): (28, "address-update", "Address (PUT)"),
    ("GET", "Schema"): (4, "schema-contact", "Services / Database Schema"),
}
_WITHOUT_ID = {
    ("GET", "Category"): (2, "modules", "Services / Modules"),
    ("PUT", "Project"): (15, "project-create", "Project (PUT)"),
    ("PUT", "Contact"): (22, "contact-create", "Contact (PUT)"),
    ("PUT", "ToDo"): (25, "task-create", "Task (PUT)"),
    ("PUT", "Address"): (28, "address-create", "Address (PUT)"),
}


class MinicrmScrubber:
    """Scrubs one account's requests and responses.

    With `keeps_labels`, the labels of statuses and choices stay; in records those that a schema has shown.
    """

    document = "minicrm.txt"

    def __init__(self, pseudonyms: Pseudonyms, *, keeps_labels: bool = False) -> None:
        self._keeps_labels = keeps_labels
        self._labels: dict[str, set[str]] = {}
        self._text = TextScrubber(pseudonyms, self._scrub_api_url)
        self._values = JsonScrubber(pseudonyms, self._text, keeps_text=self._keeps_text, keeps_int=_keeps_int)

    def find_example(self, method: str, path: str, query: Sequence[tuple[str, str]], body: object) -> Example:  # noqa: ARG002 - the promise is both CRMs'
        """Return the documented example that a request is nearest to."""
        names = dict(query)
        endpoint, *rest = _split(path)
        if endpoint == "Category" and names.get("Detailed"):
            return Example(3, "modules-with-details", "Services / Modules with details")
        if endpoint == "Schema" and len(rest) > 1:
            return Example(5, "schema-project", "Services / Database Schema")
        if method == "GET" and not rest and endpoint == "Project":
            return Example(*next((found for name, found in _SEARCHES.items() if name in names), _PROJECT_SEARCH))
        if method == "GET" and not rest and endpoint == "Contact":
            return Example(*(_CONTACT_QUERY if "Query" in names else _CONTACT_SEARCH))
        known = (_WITH_ID if rest else _WITHOUT_ID).get((method, endpoint))
        return Example(*known) if known else Example(UNDOCUMENTED, _slug(endpoint), "not in the document")

    def scrub_path(self, path: str) -> str:
        """Return a path with other ids; those of modules stay."""
        segments = _split(path)
        is_setup = segments[0] in _SETUP_ENDPOINTS
        scrubbed = [
            segment if segment in _PATH_WORDS or (is_setup and segment.isdigit()) else self._text.scrub(segment)
            for segment in segments
        ]
        return "/".join([_root_of(path), *scrubbed])

    def scrub_query(self, name: str, value: str) -> tuple[str, str]:
        """Return a parameter that asks the same of the scrubbed account."""
        return self._values.scrub_key(name), self._values.scrub_text(name, value)

    def scrub_text(self, text: str) -> str:
        """Return a text of the same shape that says nothing of the original."""
        return self._text.scrub(text)

    def scrub_body(self, path: str, value: object) -> object:
        """Return a JSON body with the same keys, types and order."""
        endpoint, *_ = _split(path)
        entries = as_object(value)
        if entries is not None and endpoint in {"Schema", "Category"}:
            scrub_entry = self._scrub_schema_entry if endpoint == "Schema" else self._scrub_module
            return {key: scrub_entry(key, entry) for key, entry in entries.items()}
        return self._values.scrub(value)

    def _scrub_schema_entry(self, field: str, entry: object) -> object:
        if isinstance(entry, str) and _SCHEMA_TYPE.fullmatch(entry):
            return entry
        choices = as_object(entry)
        if choices is None:
            return self._values.scrub(entry, field)
        if field in _USER_FIELDS:
            return self._values.scrub(choices, field)
        return {choice: self._scrub_label(field, label) for choice, label in choices.items()}

    def _scrub_label(self, field: str, label: object) -> object:
        if self._keeps_labels and isinstance(label, str):
            self._labels.setdefault(field, set()).add(label)
            return label
        return self._values.scrub(label, "")

    def _scrub_module(self, _module_id: str, entry: object) -> object:
        module = as_object(entry)
        if module is None:
            return self._scrub_label("CategoryId", entry)
        return {key: self._scrub_module_detail(key, value) for key, value in module.items()}

    def _scrub_module_detail(self, key: str, value: object) -> object:
        if key == "Id":
            return value
        return self._scrub_label("CategoryId", value) if key == "Name" else self._values.scrub(value, key)

    def _keeps_text(self, field: str, text: str) -> bool:
        is_number = text.isascii() and text.isdigit()
        if text in _WORDS.get(field, ()) or (is_number and _is_setup(field)):
            return True
        return field in self._labels and set(text.replace(", ", ",").split(",")) <= self._labels[field]

    def _scrub_api_url(self, url: str) -> str | None:
        """Return the address of another entity of a public server; the account's own host may name it."""
        found = _API_URL.fullmatch(url)
        if found is None:
            return None
        path, mark, query = found[1].partition("?")
        return f"{PUBLIC_ORIGIN}{self.scrub_path(path)}{mark}{self._text.scrub(query)}"


def _is_setup(field: str) -> bool:
    return field in _COUNTS or _SETUP_IDS.fullmatch(field) is not None


def _keeps_int(field: str, number: int) -> bool:
    is_flag = number in {0, 1} and not field.endswith("Id")
    return is_flag or _is_setup(field)


def _root_of(path: str) -> str:
    """Return the part of a path that every endpoint of its API has."""
    return ROOT if path.startswith(ROOT) else "/Api"


def _split(path: str) -> list[str]:
    return path.removeprefix(_root_of(path)).strip("/").split("/")


def _slug(endpoint: str) -> str:
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", endpoint if endpoint in _PATH_WORDS else "")
    return "-".join(word.lower() for word in words) or "undocumented"
