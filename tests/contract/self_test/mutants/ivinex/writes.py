"""Mutants of Ivinex: creating and updating records."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from mockserver.crm.api import ApiResponse
from tests.contract.self_test.mutants.faults import (
    Ask,
    Fault,
    Row,
    alter_body,
    alter_json,
    at,
    call,
    lose_non_ascii,
    read_body,
    undo,
    with_body,
    with_json,
)
from tests.contract.self_test.mutants.ivinex.search import ID
from tests.contract.self_test.mutants.mutant import mutants_of

if TYPE_CHECKING:
    from mockserver.http.asgi import HttpRequest

mutant = mutants_of("ivinex")

_IDS = ("CollectionTypeID", "CollectionID")
_LINKS = ("contact", "company")
Write = Callable[[Row], Row]


def _alter_records(change: Callable[[list[Row]], list[Row]]) -> Fault:
    """Have a write see other records than were sent, where they can be read."""
    return at("POST", alter_body(lambda body: {**body, "Records": change(body["Records"])} if _list(body) else body))


def _list(body: Row | None) -> list[Row]:
    """Return the records of a body; none where it is not a list of objects with a module each."""
    records: Any = (body or {}).get("Records")
    listed = cast("list[Any]", records) if isinstance(records, list) else []
    return listed if all(isinstance(each, dict) for each in listed) else []


def _alter_each(change: Callable[[Row], Row]) -> Fault:
    """Have a write see each record changed."""
    return _alter_records(lambda records: [change(record) for record in records])


def _alter_texts_written(change: Callable[[str], str]) -> Fault:
    """Have a write see other texts than were sent."""
    return _alter_each(
        lambda record: {
            name: change(value) if isinstance(value, str) and name not in _IDS else value
            for name, value in record.items()
        }
    )


def _write_each(write_one: Callable[[Write, Row], Row]) -> Fault:
    """Have the records of a batch written one by one; `write_one` is given a function that writes, and a record."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        records = _list(read_body(request))
        if not records:
            return ask(request)

        def write(record: Row) -> Row:
            came = ask(with_body(request, {"Records": [record]}))
            if came.status != 200:
                refusals.append(came)
                return {"Status": "Error"}
            return json.loads(came.body)[0]

        refusals: list[ApiResponse] = []
        results = [write_one(write, record) for record in records]
        return refusals[0] if refusals else ApiResponse.of_json(results)

    return at("POST", fault)


def _is_refused(result: Row) -> bool:
    return result["Status"] != "Success"


def _is_update(record: Row) -> bool:
    return "CollectionID" in record


def _without(record: Row, *names: str) -> Row:
    return {name: value for name, value in record.items() if name not in names}


def _read_record(ask: Ask, like: HttpRequest, record: Row) -> Row:
    """Return the record that an update names, or any of its module; empty where there is none."""
    wanted = {"Field": ID, "Operand": "Equal", "Value": str(record["CollectionID"])} if _is_update(record) else None
    query = {"CollectionTypeID": str(record.get("CollectionTypeID")), "Limit": "1"}
    came = call(ask, like, "GET", like.path, query={**query, "Filters": json.dumps([wanted] if wanted else [])})
    rows: list[Row] = json.loads(came.body)["Records"] if came.status == 200 else []
    return rows[0] if rows else {}


def _with_current(change: Callable[[Row, Row], Row]) -> Fault:
    """Have a write see each record changed; `change` is given it, and the record as it is now or one like it."""

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        return _alter_each(lambda record: change(record, _read_record(ask, request, record)))(ask, request)

    return fault


def _only(is_meant: Callable[[Row], bool], fault: Fault) -> Fault:
    """Restrict a fault to writes of one record that is meant."""

    def restricted(ask: Ask, request: HttpRequest) -> ApiResponse:
        records = _list(read_body(request))
        return (fault if records and all(is_meant(each) for each in records) else _pass)(ask, request)

    return at("POST", restricted)


def _pass(ask: Ask, request: HttpRequest) -> ApiResponse:
    return ask(request)


def _lose_the_good(ask: Ask, request: HttpRequest) -> ApiResponse:
    came = undo(ask, request)
    refused = came.status == 200 and any(_is_refused(result) for result in json.loads(came.body))
    return undo(ask, request) if refused else ask(request)


def _stop_at_the_bad() -> Fault:
    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        has_failed = False

        def write_one(write: Write, record: Row) -> Row:
            nonlocal has_failed
            result = write({} if has_failed else record)
            has_failed = has_failed or _is_refused(result)
            return result

        return _write_each(write_one)(ask, request)

    return fault


def _write_before_refusing(write: Write, record: Row) -> Row:
    ids = {name: record[name] for name in _IDS if name in record}
    for name in record if _is_update(record) else ():
        if name not in ids:
            write({**ids, name: record[name]})
    return write(record)


def _create_before_refusing(write: Write, record: Row) -> Row:
    result = write(record)
    if _is_refused(result) and not _is_update(record) and len(record) > 1:
        write(dict(list(record.items())[:-1]))
    return result


def _create_unknown(write: Write, record: Row) -> Row:
    result = write(record)
    return write(_without(record, "CollectionID")) if _is_refused(result) and _is_update(record) else result


def _succeed_on_unknown(write: Write, record: Row) -> Row:
    result = write(record)
    if _is_refused(result) and _is_update(record):
        return {**result, "CollectionID": int(record["CollectionID"]), "Status": "Success", "Message": ""}
    return result


def _update_the_next(write: Write, record: Row) -> Row:
    if _is_update(record):
        write({**record, "CollectionID": int(record["CollectionID"]) + 1})
    return write(record)


def _blank_others(record: Row, now: Row) -> Row:
    kept = {*record, ID, "full_name", "created_by", "created_date", "modified_by", "modified_date"}
    return {**{name: "" for name in now if name not in kept}, **record} if _is_update(record) else record


def _tell_the_next_id(write: Write, record: Row) -> Row:
    result = write(record)
    return (
        result if _is_refused(result) or _is_update(record) else {**result, "CollectionID": result["CollectionID"] + 1}
    )


def _stand_still() -> Fault:
    first: dict[tuple[str, str], str] = {}

    def fault(ask: Ask, request: HttpRequest) -> ApiResponse:
        for record in _list(read_body(request)):
            if _is_update(record) and (now := _read_record(ask, request, record)):
                first.setdefault((str(record["CollectionTypeID"]), now[ID]), now["modified_date"])
        came = ask(request)
        if request.method != "GET" or came.status != 200:
            return came
        module = dict(request.query)["CollectionTypeID"]
        rows = json.loads(came.body)["Records"]
        stamped = [{**row, "modified_date": first.get((module, row[ID]), row["modified_date"])} for row in rows]
        return with_json(came, {"Records": stamped})

    return fault


# fmt: off
MUTANTS = (
    mutant("refused-batch-loses-the-good", "create.failed-record-alone",
           "One bad record undoes the good ones of its batch, which have the Status Success all the same.",
           at("POST", _lose_the_good)),
    mutant("batch-stops-at-the-first-bad-record", "create.failed-record-alone",
           "The records after a bad one are refused with it.",
           _stop_at_the_bad()),
    mutant("only-the-first-of-a-batch", "create.failed-record-alone", "Only the first record of a batch is written.",
           _alter_records(lambda records: records[:1])),
    mutant("batch-answered-in-reverse", "create.failed-record-alone",
           "The results of a batch come in the opposite order.",
           at("POST", alter_json(lambda results: results[::-1]))),
    mutant("refused-update-changes-fields", "update.refused-changes-nothing",
           "A refused update has already changed the fields that are good.",
           _write_each(_write_before_refusing)),
    mutant("refused-create-leaves-a-record", "create.unknown-field",
           "A refused create leaves a record with the fields before the last one.",
           _write_each(_create_before_refusing)),
    mutant("update-blanks-other-fields", "update.only-what-is-sent",
           "An update empties the fields that it does not name.",
           _with_current(_blank_others)),
    mutant("update-of-unknown-id-creates", "update.unknown-id",
           "An update of a record that does not exist creates one.",
           _write_each(_create_unknown)),
    mutant("update-of-unknown-id-succeeds", "update.unknown-id",
           "An update of a record that does not exist has the Status Success and changes nothing.",
           _write_each(_succeed_on_unknown)),
    mutant("update-creates-another", "update.no-new-record", "CollectionID is ignored: every update creates a record.",
           _alter_each(lambda record: _without(record, "CollectionID"))),
    mutant("update-changes-nothing", "update.no-new-record", "An update has the Status Success and changes nothing.",
           _only(_is_update, undo)),
    mutant("update-hits-the-next-record", "update.no-new-record",
           "An update changes the record after the named one as well, where there is one.",
           _write_each(_update_the_next)),
    mutant("empty-text-ignored", "update.clears", "An update cannot empty a field: empty texts and nulls are left out.",
           _alter_each(lambda record: {name: value for name, value in record.items() if value not in ("", None)})),
    mutant("created-id-off-by-one", "create.new-ids", "A create gives the id after the one that the record has.",
           _write_each(_tell_the_next_id)),
    mutant("batch-shares-one-id", "create.failed-record-alone", "Every result of a batch names the first one's id.",
           at("POST", alter_json(lambda made: [{**one, "CollectionID": made[0]["CollectionID"]} for one in made]))),
    mutant("create-stores-nothing", "create.stored", "A create has the Status Success and stores nothing.",
           _only(lambda record: not _is_update(record), undo)),
    mutant("create-drops-links", "create.note", "A new record loses its links: the note of contact 8 is nobody's.",
           _alter_each(lambda record: record if _is_update(record) else _without(record, *_LINKS))),
    mutant("create-in-the-first-module", "create.unknown-module",
           "Whatever the module, a record is looked up in the first one.",
           _alter_each(lambda record: {**record, "CollectionTypeID": 1001})),
    mutant("written-text-cut-at-1024", "create.long-text", "Texts are stored cut at 1024 characters.",
           _alter_texts_written(lambda text: text[:1024])),
    mutant("written-text-loses-non-ascii", "create.texts", "What is not ASCII is stored as a question mark.",
           _alter_texts_written(lose_non_ascii)),
    mutant("written-line-breaks-lost", "create.texts", "Texts are stored without line breaks.",
           _alter_texts_written(lambda text: " ".join(text.splitlines()))),
    mutant("written-text-decoded", "create.texts",
           "A plus in a text is stored as a space, as though the body were a form.",
           _alter_texts_written(lambda text: text.replace("+", " "))),
    mutant("unknown-field-dropped-on-writing", "create.unknown-field",
           "A field that does not exist is dropped and the rest written with Success.",
           _with_current(lambda record, now: {name: record[name] for name in record if name in {*now, *_IDS}})),
    mutant("modified-date-stands-still", "update.modified-date", "An update leaves modified_date as it was.",
           _stand_still()),
)
# fmt: on
