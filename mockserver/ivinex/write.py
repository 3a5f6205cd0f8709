"""POST: creating and updating records, several in one request, each with its own result.

Without a CollectionID a record is created, with one it is updated (documented). That a record which fails is an item
with `"Status": "Error"` in a 200 answer while the others go through is assumed, and so is what makes a record fail.

Source: ivinex.txt, Create Record and Update Record.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.crm.api import ApiRequest, ApiResponse
from mockserver.crm.database import transaction
from mockserver.documents.near_misses import suggest
from mockserver.documents.strict_json import JsonError, as_list, as_object, name_type, parse_json, show_value
from mockserver.ivinex import rules
from mockserver.ivinex.rules import RefusalError, explain
from mockserver.ivinex.schema import RECORD_ID, SITE_AND_CHANGES, Module, find_module, parse_id
from mockserver.ivinex.store import Store
from mockserver.ivinex.suggestions import suggest_module, suggest_written_field
from mockserver.ivinex.values import BadValueError, read_value


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes and when, as `created_by` and `created_date` show it."""

    user_id: str
    at: str


def write_records(
    connection: sqlite3.Connection, store: Store, request: ApiRequest, author: Author, hints: list[str]
) -> ApiResponse:
    """Answer POST: `[{"CollectionTypeID", "CollectionID", "Status", "Message", "RelatedRecords"}]`, one a record.

    Raises:
        RefusalError: The body is not `{"Records": [...]}`.
    """
    records = _read_records(request.body, hints)
    results: list[dict[str, object]] = []
    reasons: list[str] = []
    with transaction(connection):
        for i, sent in enumerate(records):
            record = as_object(sent)
            try:
                module_id, record_id = _write_record(store, record, author, f"Records[{i}]", hints)
                results.append(_build_result(module_id, record_id))
            except RefusalError as error:
                section = rules.UPDATE if record and "CollectionID" in record else rules.CREATE
                reasons.append(f"Records[{i}]: {explain(str(error), section)}")
                hints += [f"Records[{i}]: {error.hint}"] if error.hint else []
                results.append(_build_result(*_echo_ids(record or {}), str(error)))
    return ApiResponse.of_json(results, reason=" ".join(reasons), hints=hints)


def _read_records(body: bytes, hints: list[str]) -> list[object]:
    try:
        value = parse_json(body)
    except JsonError as error:
        raise RefusalError(rules.BODY_NOT_JSON, error, hint=_hint_at_body(body)) from error
    document = as_object(value)
    records = as_list(document.get("Records")) if document is not None else None
    if document is None or records is None:
        found = name_type(value) if document is None else "an object without a list of Records"
        hint = suggest(next(iter(document)), ("Records",)) if document else ""
        raise RefusalError(rules.BODY_WITHOUT_RECORDS, found, hint=hint)
    hints += [f"{key} beside Records means nothing and is ignored." for key in document if key != "Records"]
    return records


def _write_record(
    store: Store, record: dict[str, object] | None, author: Author, path: str, hints: list[str]
) -> tuple[object, object]:
    if record is None:
        raise RefusalError(rules.RECORD_NOT_AN_OBJECT)
    sent = record.get("CollectionTypeID")
    module = find_module(store.modules, sent)
    if module is None:
        rule = rules.NO_MODULE_NAMED if sent is None else rules.UNKNOWN_MODULE
        raise RefusalError(rule, show_value(sent), hint=suggest_module(store.modules, sent))
    given = {key: value for key, value in record.items() if key not in {"CollectionTypeID", "CollectionID"}}
    values = read_values(module, given)
    hints += _hint_at_missing_links(store, module, values, path)
    if "CollectionID" in record:
        record_id = _update_record(store, module, record["CollectionID"], values, author)
    else:
        stamps = {
            "created_by": author.user_id,
            "created_date": author.at,
            "modified_by": author.user_id,
            "modified_date": author.at,
        }
        record_id = store.create_record(module, {**stamps, **values})
    return int(module.id), record_id


def _update_record(
    store: Store, module: Module, sent_id: object, values: Mapping[str, str | None], author: Author
) -> int:
    record_id = parse_id(sent_id)
    record = store.get_record(module, record_id) if record_id is not None else None
    if record_id is None or record is None:
        raise RefusalError(rules.UNKNOWN_RECORD, module.id, module.name, show_value(sent_id))
    stamp_record(store, module, record, values, author)
    return record_id


def stamp_record(
    store: Store,
    module: Module,
    record: Mapping[str, str | None],
    values: Mapping[str, str | None],
    author: Author,
) -> None:
    """Change values of a record, which tells who did it and when."""
    store.update_record(module, record, {**values, "modified_by": author.user_id, "modified_date": author.at})


def read_values(module: Module, given: Mapping[str, object]) -> dict[str, str | None]:
    """Return the values to store for the fields that are written.

    Raises:
        RefusalError: A field is not known or not to be written, or a value does not fit.
    """
    values: dict[str, str | None] = {}
    for name, value in given.items():
        field = module.fields.get(name)
        if field is None and name in SITE_AND_CHANGES:
            raise RefusalError(rules.READ_ONLY_FIELD, name)
        if field is None:
            hint = suggest_written_field(module, name)
            raise RefusalError(rules.UNKNOWN_FIELD, module.id, module.name, name, hint=hint)
        if name == RECORD_ID:
            raise RefusalError(rules.READ_ONLY_ID, name)
        if field.is_read_only:
            raise RefusalError(rules.READ_ONLY_FIELD, name)
        try:
            values[name] = read_value(field, value)
        except BadValueError as error:
            raise RefusalError(rules.BAD_VALUE, name, error, hint=error.hint) from error
    return values


def _hint_at_body(body: bytes) -> str:
    is_form = b"{" not in body and (b"=" in body or b"%" in body)
    return f"It looks like a form: send JSON. {rules.BODY_NOT_JSON.advice}" if is_form else ""


def _hint_at_missing_links(store: Store, module: Module, values: Mapping[str, str | None], path: str) -> list[str]:
    hints: list[str] = []
    for name, value in values.items():
        target = module.fields[name].module_id
        if not target or value is None:
            continue
        linked = store.modules.get(target)
        if linked is None or store.get_record(linked, int(value)) is None:
            hints.append(f"{path}.{name}: module {target} has no record {value}; the link is kept (assumed).")
    return hints


def _build_result(module_id: object, record_id: object, message: str = "") -> dict[str, object]:
    return {
        "CollectionTypeID": module_id,
        "CollectionID": record_id,
        "Status": "Error" if message else "Success",
        "Message": message,
        "RelatedRecords": [],
    }


def _echo_ids(record: Mapping[str, object]) -> tuple[object, object]:
    """Return the ids of a failed record as they were sent, as numbers where they are numbers, null where absent."""
    sent = [record.get("CollectionTypeID"), record.get("CollectionID")]
    numbers = [parse_id(value) for value in sent]
    echoed = [value if number is None else number for value, number in zip(sent, numbers, strict=True)]
    return echoed[0], echoed[1]
