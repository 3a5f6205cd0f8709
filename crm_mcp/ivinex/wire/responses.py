"""The responses of the Ivinex API, each parsed into a model. Pure.

A refusal may come inside a 200, and a response is either `{"Records": [...]}` or a bare list.
"""

from __future__ import annotations

from typing import Any, cast

from crm_mcp.crm.http_refusals import Account, json_of, raise_for_refusal, unexpected
from crm_mcp.crm.messages import Response
from crm_mcp.crm.wording import quote_text
from crm_mcp.errors import BadRequestError, NotFoundError, UnexpectedAnswerError
from crm_mcp.ivinex.models import Record, WriteResult

ACCOUNT = Account(
    "Ivinex",
    "IVINEX_USERNAME and IVINEX_PASSWORD",
    "IVINEX_URL",
    not_found_hint="All of Ivinex's API is at one address, so IVINEX_URL is probably not the portal's.",
)
ID_KEYS = ("collection_id", "CollectionID", "id")
"""Where a record's id may stand, best first. The document itself uses all three names."""


def parse_search_records(response: Response) -> list[Record]:
    """Parse the response to a search: `{"Records": [{...}]}`, or a bare list of records.

    Raises:
        UnexpectedAnswerError: The response has another shape.
    """
    raise_for_refusal(response, ACCOUNT)
    rows = json_of(response, ACCOUNT)
    if isinstance(rows, dict):
        body = cast("dict[str, Any]", rows)
        _raise_for_error_inside(body)
        rows = body.get("Records") if "Records" in body or not body else body
    if not isinstance(rows, list | None):
        raise unexpected(response, ACCOUNT, "sent no list of records")
    return [_record(row, response) for row in cast("list[object]", rows or [])]


def parse_get_record(response: Response, record_id: str) -> Record:
    """Parse the response to a search for one id; a row with another id is not taken for it.

    Raises:
        NotFoundError: No row has this id.
    """
    for record in parse_search_records(response):
        if record["id"] == record_id:
            return record
    raise NotFoundError(
        f"Ivinex has no record {record_id} in this module.",
        status=response.status,
        hint="Check the module, or find the record with search_records.",
    )


def parse_write_results(response: Response) -> list[WriteResult]:
    """Parse the response to a create or update: one result for each record sent, in the order sent.

    `[{"CollectionTypeID": 1001, "CollectionID": 23456, "Status": "Success", "Message": "", "RelatedRecords": []}]`;
    a `Status` other than success, whatever its case, is a failure.

    Raises:
        UnexpectedAnswerError: It cannot be matched with what was sent; the change may have been made.

    Source: ivinex.txt, "Example Response" of create and update; fixtures ivinex/04 and 08.
    """
    raise_for_refusal(response, ACCOUNT)
    rows = json_of(response, ACCOUNT)
    if isinstance(rows, dict):
        body = cast("dict[str, Any]", rows)
        rows = body.get("Records", [body] if "Status" in body and "CollectionID" in body else None)
        if rows is None:
            _raise_for_error_inside(body)
    if not isinstance(rows, list):
        raise unexpected(response, ACCOUNT, "did not report what became of the records")
    results = [_write_result(index, row) for index, row in enumerate(cast("list[object]", rows))]
    sent = len(cast("dict[str, list[object]]", response.request.body)["Records"])
    if len(results) != sent:
        told = ", ".join(f"{one.get('id', 'no id')} {'ok' if one['ok'] else 'failed'}" for one in results) or "nothing"
        raise UnexpectedAnswerError(
            f"Ivinex reported {len(results)} results for {sent} records ({told}); which belongs to which is unknown.",
            hint=response.request.unknown_outcome,
        )
    return results


def _record(row: object, response: Response) -> Record:
    fields = dict(cast("dict[str, Any]", row)) if isinstance(row, dict) else {}
    for key in ID_KEYS:
        if record_id := _id_text(fields.get(key)):
            del fields[key]
            return {"id": record_id, "fields": fields}
    raise unexpected(response, ACCOUNT, "sent a record without an id")


def _write_result(index: int, row: object) -> WriteResult:
    values = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
    ok = str(values.get("Status", "")).casefold() == "success"
    result: WriteResult = {"index": index, "ok": ok}
    if record_id := _id_text(values.get("CollectionID")):
        result["id"] = record_id
    message = quote_text(str(values.get("Message") or ""))
    if message or not ok:
        result["message"] = message or "Ivinex gave no reason."
    return result


def _id_text(value: object) -> str:
    """Return an id as text; empty for a missing one, 0 and what cannot be one."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.strip("0 ") else ""


def _raise_for_error_inside(body: dict[str, Any]) -> None:
    """Raise for a failure reported inside a 200; what its keys are called is `assumed`."""
    reason = next((str(value) for key, value in body.items() if key.casefold() in ("error", "message") and value), "")
    failed = "Status" in body and str(body["Status"]).casefold() != "success"
    if failed or (reason and "Records" not in body):
        raise BadRequestError(
            f'Ivinex said: "{quote_text(reason or str(body.get("Status")))}".',
            status=200,
            hint="Check field names and values with describe_module.",
        )
