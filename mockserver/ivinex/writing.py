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
from mockserver.ivinex.explaining import suggest_field
from mockserver.ivinex.modules import RECORD_ID, Module, parse_id
from mockserver.ivinex.reading import find_module, list_known_modules
from mockserver.ivinex.refusals import RefusalError, explain, join_sentences
from mockserver.ivinex.store import Store
from mockserver.ivinex.values import BadValueError, read_value

CREATE_SECTION = "Create Record"
UPDATE_SECTION = "Update Record"
_EXAMPLE = 'Send {"Records": [{"CollectionTypeID": 1001, "first_name": "John"}]}.'


class _RecordError(Exception):
    """One record of the request fails; the message says why, and `near` what was probably meant."""

    def __init__(self, message: str, near: str = "") -> None:
        super().__init__(join_sentences(message, near))
        self.near = near.strip()


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes and when, as `created_by` and `created_date` show it."""

    user_id: str
    at: str


def answer_write(
    connection: sqlite3.Connection, store: Store, request: ApiRequest, author: Author, hints: list[str]
) -> ApiResponse:
    """Answer a write: `[{"CollectionTypeID", "CollectionID", "Status", "Message", "RelatedRecords"}]`, one a record.

    Raises:
        RefusalError: The body is not `{"Records": [...]}`.
    """
    records = _read_records(request.body, hints)
    results: list[dict[str, object]] = []
    reasons: list[str] = []
    with transaction(connection):
        for i, sent in enumerate(records):
            record = as_object(sent)
            message = ""
            try:
                module_id, record_id = _write_record(store, record, author, f"Records[{i}]", hints)
            except _RecordError as error:
                message = str(error)
                section = UPDATE_SECTION if record and "CollectionID" in record else CREATE_SECTION
                reasons.append(f"Records[{i}]: {explain(message, section)}")
                hints += [f"Records[{i}]: {error.near}"] if error.near else []
                module_id, record_id = _echo_ids(record or {})
            results.append(_build_result(module_id, record_id, message))
    return ApiResponse.of_json(results, reason=" ".join(reasons), hints=hints)


def _read_records(body: bytes, hints: list[str]) -> list[object]:
    try:
        value = parse_json(body)
    except JsonError as error:
        raise RefusalError(f"The body is {error}.", CREATE_SECTION, near=_hint_at_body(body)) from error
    document = as_object(value)
    records = as_list(document.get("Records")) if document is not None else None
    if document is None or records is None:
        near = suggest(next(iter(document)), ("Records",)) if document else ""
        raise RefusalError(
            f'The body must be {{"Records": [...]}}, not {name_type(value)}'
            f"{' without a list of Records' if document is not None else ''}.",
            CREATE_SECTION,
            near=near or _EXAMPLE,
        )
    hints += [f"{key} beside Records means nothing and is ignored." for key in document if key != "Records"]
    return records


def _write_record(
    store: Store, record: dict[str, object] | None, author: Author, path: str, hints: list[str]
) -> tuple[object, object]:
    if record is None:
        raise _RecordError("A record must be an object with CollectionTypeID and fields.", _EXAMPLE)
    module = find_module(store.modules, record.get("CollectionTypeID"))
    if module is None:
        sent = record.get("CollectionTypeID")
        problem = "CollectionTypeID is missing." if sent is None else f"There is no module {show_value(sent)}."
        raise _RecordError(problem, list_known_modules(store.modules, sent))
    given = {key: value for key, value in record.items() if key not in {"CollectionTypeID", "CollectionID"}}
    values = _read_values(module, given)
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
        raise _RecordError(
            f"Module {module.id} ({module.name}) has no record {show_value(sent_id)}.",
            "Leave CollectionID out to create a record, or send the collection_id of one that a search finds.",
        )
    store.update_record(module, record, {**values, "modified_by": author.user_id, "modified_date": author.at})
    return record_id


def _read_values(module: Module, given: Mapping[str, object]) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    for name, value in given.items():
        field = module.fields.get(name)
        if field is None:
            raise _RecordError(f'Module {module.id} ({module.name}) has no field "{name}".', _suggest(module, name))
        if field.is_read_only:
            raise _RecordError(f"{name} is read-only.", _suggest_writable(name))
        try:
            values[name] = read_value(field, value)
        except BadValueError as error:
            raise _RecordError(f"{name} {error}.", error.near) from error
    return values


def _hint_at_body(body: bytes) -> str:
    if b"{" not in body and (b"=" in body or b"%" in body):
        return f"It looks like a form: send JSON. {_EXAMPLE}"
    return _EXAMPLE


def _suggest(module: Module, name: str) -> str:
    if name.casefold().replace("_", "") in {"collectionid", "id", "recordid"}:
        return f'The id of the record to update is sent as "CollectionID", not as "{name}".'
    if name.casefold().replace("_", "") in {"collectiontypeid", "moduleid"}:
        return f'The module is sent as "CollectionTypeID", not as "{name}".'
    return suggest_field(module, name)


def _suggest_writable(name: str) -> str:
    if name == RECORD_ID:
        return 'Send "CollectionID" to update a record; a new one gets its id by itself.'
    return "Leave it out: it is computed."


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


def _build_result(module_id: object, record_id: object, message: str) -> dict[str, object]:
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
