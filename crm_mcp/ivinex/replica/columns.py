"""The table of a module, made of what its records showed: Ivinex documents no schema. Pure.

Values are stored as the text that Ivinex sent. Which columns are numbers follows from all values seen, and only the
schema says so: where another value comes the column is one of texts again, and nothing is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crm_mcp.crm.field_labels import FieldLabels
from crm_mcp.ivinex.account.field_kinds import UNSET, kind_of_values
from crm_mcp.ivinex.models import Record
from crm_mcp.replica.naming import make_unique_name
from crm_mcp.replica.tables import Column, Kind, Table

_OWN = ("created_date", "modified_date")
_NOT_SHOWN = frozenset({"site_id", "fields_changed"})
"""Bookkeeping that newer portals send beside the fields (observed)."""
_NO_DATE = re.compile(r"0000-00-00.*")
_MOST_DIGITS = 15
_KINDS: Mapping[str, Kind] = {"integer": "integer", "decimal": "number"}


@dataclass(frozen=True, slots=True)
class ModuleFields:
    """What is known of the fields of one module.

    Attributes:
        kinds: What all values seen of each field are: `integer`, `number`, `text`, or empty where none was seen.
        options: Fields that hold the label of an option.
        links: Fields that hold the id of a record of another module.
    """

    kinds: Mapping[str, str] = field(default_factory=dict[str, str])
    options: Sequence[str] = ()
    links: Sequence[str] = ()

    def with_seen(self, records: Sequence[Record]) -> ModuleFields:
        """Return what is known once these records were seen too."""
        kinds = dict(self.kinds)
        for record in records:
            for name, value in record["fields"].items():
                if name not in _NOT_SHOWN:
                    kinds[name] = self._widened(name, kinds.get(name, ""), value)
        return self if kinds == self.kinds else replace(self, kinds=kinds)

    def _widened(self, name: str, kind: str, value: object) -> str:
        text = self.text_of(name, value)
        if text is None or kind == "text":
            return kind
        seen = "text" if name in (*self.options, *self.links, *_OWN) else _number_kind(name, text)
        return "text" if "text" in (seen, kind) else "number" if "number" in (seen, kind) else seen

    def text_of(self, name: str, value: object) -> str | None:
        """Return a value as it is stored; None for an empty one, and for an option or a link that is not set."""
        text = _as_text(value)
        is_unset = text == UNSET and (name in self.options or name in self.links)
        return None if not text or is_unset or _NO_DATE.fullmatch(text) else text


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number_kind(name: str, text: str) -> str:
    if kind_of_values(name, {"1"}) == "text":  # such as a phone
        return "text"
    kind = kind_of_values(name, {"1" if text == UNSET else text})
    digits = sum(char.isdigit() for char in text)
    return _KINDS.get(kind, "text") if digits <= _MOST_DIGITS and text != "-0" else "text"


def build_table(name: str, module: str, fields: ModuleFields, labels: FieldLabels) -> Table:
    """Return the table of a module; `labels` is what people call fields."""
    columns = [
        Column("id", field="collection_id"),
        Column("created_date", "date", field="created_date"),
        Column("modified_date", "date", field="modified_date"),
    ]
    taken = {column.name for column in columns}
    for one, kind in fields.kinds.items():
        if one in _OWN:
            continue
        column = make_unique_name(one, taken)
        taken.add(column)
        label = labels.label_of(one)
        sql_kind: Kind = "integer" if kind == "integer" else "number" if kind == "number" else "text"
        columns.append(Column(column, sql_kind, field=one, label="" if label == one else label))
    return Table(name, module, tuple(columns), title=module)


def row_of(record: Record, table: Table, fields: ModuleFields) -> dict[str, Any]:
    """Return a record as a row of its table; a field that it does not have is empty."""
    values = record["fields"]
    row: dict[str, Any] = {
        column.name: fields.text_of(column.field, values.get(column.field)) for column in table.columns
    }
    return {**row, "id": record["id"]}
