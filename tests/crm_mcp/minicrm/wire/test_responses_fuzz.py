"""Whatever JSON comes, a parser gives a model or an error raised on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from crm_mcp.crm.messages import Request, Response
from crm_mcp.crm.paging import Page
from crm_mcp.errors import CrmError
from crm_mcp.minicrm import models, wire

pytestmark = pytest.mark.slow

NAMES = ["Id", "Name", "Url", "Count", "Results", "StatusId", "UserId", "Deleted", "Type", "Phone", "Deadline", "Tags"]
MODELS: dict[str, Any] = {
    "modules": list[models.Module],
    "schema": models.Schema,
    "projects": models.Project,
    "project": models.Project,
    "contacts": models.Contact,
    "contact": models.Contact,
    "tasks": models.Task,
    "task": models.Task,
    "addresses": models.AddressRow,
    "address": models.Address,
}
PARSERS = [name for name in dir(wire) if name.startswith("parse_")]

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["", "0", "1", "1234", "Person", "0000-00-00", "<p>"])
)
keys = st.sampled_from(NAMES) | st.integers(0, 4096).map(str) | st.text(max_size=4)
bodies = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6), max_leaves=12
)
rows = st.dictionaries(keys, scalars, max_size=6)
pages = st.fixed_dictionaries(
    {"Results": st.lists(rows, max_size=3) | st.dictionaries(keys, rows | st.text(max_size=3), max_size=3)},
    optional={"Count": scalars},
)


def model_of(parser: str) -> TypeAdapter[Any]:
    if parser.startswith(("parse_create", "parse_update", "parse_written")):
        return TypeAdapter(models.Written)
    if parser == "parse_get_project_by_reference":
        return TypeAdapter(models.Project | str)
    return TypeAdapter(MODELS[parser.rsplit("_", 1)[-1]])


@pytest.mark.parametrize("parser", PARSERS)
@given(body=bodies | pages | rows, method=st.sampled_from(["GET", "PUT"]))
def test_any_json_becomes_a_model_or_an_error_raised_on_purpose(parser: str, body: object, method: Any) -> None:
    parse: Callable[[Response], object] = getattr(wire, parser)
    response = Response(200, json.dumps(body).encode(), "application/json", Request(method, "/Api/R3/Project/1"))
    try:
        parsed = parse(response)
    except CrmError as error:
        str(error).encode()
        return
    found = cast("Page[object]", parsed).items if isinstance(parsed, Page) else [parsed]
    for one in found:
        model_of(parser).validate_python(one, strict=True)
        json.dumps(one, allow_nan=False, ensure_ascii=False).encode()


@given(body=st.binary(max_size=40), status=st.integers(100, 599), path=st.text(max_size=20))
def test_any_bytes_and_status_become_an_error_raised_on_purpose_or_a_model(body: bytes, status: int, path: str) -> None:
    response = Response(status, body, "", Request("GET", path))
    for parser in PARSERS:
        try:
            getattr(wire, parser)(response)
        except CrmError:
            continue
        assert 200 <= status < 300


@given(
    row=st.dictionaries(
        st.text("abcdefABCDEF0123456789", min_size=1), scalars.filter(lambda one: one == one), max_size=6
    )
)
def test_what_a_detail_holds_beside_common_keys_is_read_back_untouched(row: dict[str, object]) -> None:
    row = {key: value for key, value in row.items() if value not in (float("inf"), float("-inf"))}
    response = Response(200, json.dumps(row | {"Id": 1}).encode(), "", Request("GET", "/Api/R3/Project/1"))
    assert wire.parse_get_project(response)["fields"] == json.loads(json.dumps(row))


def test_every_parser_has_a_known_model() -> None:
    for parser in PARSERS:
        assert model_of(parser)
        assert "response" in get_type_hints(getattr(wire, parser), localns={**vars(models), "Response": Response})
