"""What an Ivinex portal's requests and responses hold, and which of it says something about somebody.

Kept: the names of fields, module ids, operands, limits and offsets, and the API's own words. All else has a stand-in:
in a record every value is text, and nothing tells an option's id from a linked record's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

from mockserver.documents.strict_json import JsonError, parse_json
from mockserver.scrubbing.json_values import JsonScrubber
from mockserver.scrubbing.pseudonyms import Pseudonyms
from mockserver.scrubbing.scrubber import Example
from mockserver.scrubbing.text import TextScrubber

_KEPT = frozenset({"CollectionTypeID", "Limit", "Offset", "LookupOptionText"})
_FILTERS = frozenset({"Filters", "Filter"})
_FLAGS = frozenset({"true", "false"})
_WORDS: Mapping[str, frozenset[str]] = {"Status": frozenset({"Success", "Error"})}
_ORDER = re.compile(r"\w{1,64}(?: (?:ASC|DESC))?", re.IGNORECASE)
_NAME = re.compile(r"\w{1,64}")
_LINK = re.compile(r"([0-9]+):([0-9]+)")

_READS = (
    ("LinkedTo", 17, "linked-records", "Get Records / 4. Linked Records"),
    ("OrderBy", 21, "sorting", "Get Records / 7. Sorting Results"),
    ("LookupOptionText", 22, "lookup-option-text", "Get Records / 8. LookupOptionText"),
    ("Filter", 13, "get-records-by-field", "Get Records / 3. Get Specific Record(s) by Field"),
    ("Offset", 20, "paginate", "Get Records / 6. Paginate Results"),
    ("Limit", 12, "get-records-with-limit", "Get Records / 2. Get More Records Using Limit"),
)


class IvinexScrubber:
    """Scrubs one portal's requests and responses."""

    document = "ivinex.txt"

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._text = TextScrubber(pseudonyms, lambda _url: None)
        self._values = JsonScrubber(
            pseudonyms, self._text, keeps_text=_keeps_text, keeps_int=lambda field, _number: field in _KEPT
        )

    def find_example(self, method: str, path: str, query: Sequence[tuple[str, str]], body: object) -> Example:  # noqa: ARG002 - the promise is both CRMs'
        """Return the documented example that a request is nearest to."""
        if method != "GET":
            if '"CollectionID"' in json.dumps(body):
                return Example(6, "update-records", "Update Record")
            return Example(2, "create-records", "Create Record")
        asked = " ".join(f"{name} {value if name in _FILTERS else ''}" for name, value in query)
        found = next((read for read in _READS if read[0] in asked), None)
        return Example(*found[1:]) if found else Example(11, "get-all-records", "Get Records / 1. Get All Records")

    def scrub_path(self, path: str) -> str:
        """Return the path, which is the same for all requests."""
        return path

    def scrub_query(self, name: str, value: str) -> tuple[str, str]:
        """Return a parameter that asks the same of the scrubbed portal."""
        if name in _FILTERS:
            return name, self._scrub_filters(value)
        if name == "OrderBy" and _ORDER.fullmatch(value):
            return name, value
        return self._values.scrub_key(name), self._values.scrub_text(name, value)

    def scrub_text(self, text: str) -> str:
        """Return a text of the same shape that says nothing of the original."""
        return self._text.scrub(text)

    def scrub_body(self, path: str, value: object) -> object:  # noqa: ARG002 - the promise is both CRMs'
        """Return a JSON body with the same keys, types and order."""
        return self._values.scrub(value)

    def _scrub_filters(self, text: str) -> str:
        try:
            filters = parse_json(text.encode("utf-8", "surrogatepass"))
        except JsonError:
            return self._text.scrub(text)
        if not isinstance(filters, list):
            return json.dumps(self._values.scrub(filters), ensure_ascii=False)
        return json.dumps([self._scrub_filter(one) for one in cast("list[object]", filters)], ensure_ascii=False)

    def _scrub_filter(self, condition: object) -> object:
        if not isinstance(condition, dict):
            return self._values.scrub(condition)
        parts = cast("dict[str, object]", condition)
        return {self._values.scrub_key(key): self._scrub_part(key, part) for key, part in parts.items()}

    def _scrub_part(self, key: str, part: object) -> object:
        if key in {"Field", "Operand", "Operand_Name"} and isinstance(part, str) and _NAME.fullmatch(part):
            return part
        link = _LINK.fullmatch(part) if isinstance(part, str) else None
        return f"{link[1]}:{self._pseudonyms.digits(link[2])}" if link else self._values.scrub(part)


def _keeps_text(field: str, text: str) -> bool:
    is_number = text.isascii() and text.isdigit()
    return text in _FLAGS or text in _WORDS.get(field, ()) or (is_number and field in _KEPT)
