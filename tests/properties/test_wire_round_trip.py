"""What is searched for arrives as it was given: the wire holds it, the server reads it, nothing is added."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, cast
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from crm_mcp.errors import RefusedError
from crm_mcp.ivinex.models import OPERANDS, RecordFilter
from mockserver.pytest_plugin import CrmFakeServers
from mockserver.respx_mount import mounted_fake
from tests.properties.clients import Clients
from tests.properties.strategies import FILLED_TEXT, TEXT, share
from tests.properties.wire_tap import WireTap

FIELD_NAMES = st.sampled_from(["email", "first_name", "id"]) | FILLED_TEXT.filter(
    lambda name: name == name.strip() and all(char.isprintable() and not char.isspace() for char in name)
)
SCALARS = TEXT | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
LISTS = st.lists(SCALARS.filter(lambda value: "," not in str(value)), min_size=1, max_size=4)


def build_filters(value: st.SearchStrategy[object], operands: Sequence[str]) -> st.SearchStrategy[RecordFilter]:
    return st.builds(RecordFilter, field=FIELD_NAMES, operand=st.sampled_from(operands), value=value)


FILTERS = st.lists(build_filters(SCALARS, OPERANDS) | build_filters(LISTS, ["In"]), min_size=1, max_size=4)
CRITERIA = st.dictionaries(
    st.sampled_from(["Query", "Name", "Email"]) | FILLED_TEXT, FILLED_TEXT, min_size=1, max_size=4
)


class Wire(NamedTuple):
    """Clients, and the undecoded query of the one request that they sent since the last call."""

    clients: Clients
    take_query: Callable[[], bytes]


@contextmanager
def tapped(servers: CrmFakeServers) -> Generator[Wire]:
    with servers.get_server().new_workspace(seed="empty", name="wire") as fake:
        tap = WireTap(fake.url)
        with Clients(fake) as opened:
            opened.run(tap.open)
            opened.send_to(tap.url, tap.url)
            yield Wire(opened, lambda: query_of(tap.take_targets()))
            opened.run(tap.close)


@contextmanager
def mounted() -> Generator[Wire]:
    with mounted_fake(seed="empty") as fake, Clients(fake) as opened:

        def take_query() -> bytes:
            calls = cast("list[Any]", fake.router.calls)  # a list of them, which also plays a mock
            targets = [call.request.url.raw_path for call in calls]
            calls.clear()
            return query_of(targets)

        yield Wire(opened, take_query)


@pytest.fixture(scope="module", params=["socket", "mounted"])
def wire(request: pytest.FixtureRequest, crm_fake_servers: CrmFakeServers) -> Iterator[Wire]:
    with tapped(crm_fake_servers) if request.param == "socket" else mounted() as opened:
        yield opened


def query_of(targets: Sequence[bytes]) -> bytes:
    (target,) = targets
    return target.partition(b"?")[2]


def decode(raw: bytes) -> list[tuple[str, str]]:
    """Read a query by the letter of application/x-www-form-urlencoded: one reading, no leniency."""
    assert re.fullmatch(rb"(?:[A-Za-z0-9._~*+=&-]|%[0-9A-F]{2})*", raw), f"unencoded bytes in {raw!r}"
    pairs = [pair.split(b"=") for pair in raw.split(b"&")]
    assert {len(pair) for pair in pairs} == {2}, f"a pair in {raw!r} has no one equals sign"
    name_and_value = [[unquote_to_bytes(part.replace(b"+", b" ")).decode() for part in pair] for pair in pairs]
    return [(name, value) for name, value in name_and_value]


def text_of(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(text_of, value))  # pyright: ignore[reportUnknownArgumentType]  # any scalar
    return str(value).lower() if isinstance(value, bool) else str(value)


def send_whatever_is_answered(wire: Wire, make: Callable[[], Any]) -> list[tuple[str, str]]:
    """Send one request; return its query as decoded from the wire, after comparing it with what the server read."""
    with suppress(RefusedError):  # the fake knows few fields; what counts is what it was sent
        wire.clients.run(make)
    pairs = decode(wire.take_query())
    assert list(wire.clients.last_request()["query"].items()) == pairs
    return pairs


@given(filters=FILTERS)
@share(70)
@example(filters=[{"field": "email", "operand": "Contains", "value": "a&Limit=100#x;y=+%2B"}])
@example(filters=[{"field": "email", "operand": "Contains", "value": '"},{"Field":"id"'}])
@example(filters=[{"field": "email", "operand": "In", "value": ["a b", "c+d", True, 7, 0.5]}])
@example(filters=[{"field": "a&b=c#;+%", "operand": "Equal", "value": ""}])
@example(filters=[{"field": "email", "operand": "Equal", "value": "\ufeff%E2%80%8B\u200b"}])
def test_any_filter_list_is_on_the_wire_as_given_and_injects_no_parameter(
    wire: Wire, filters: list[RecordFilter]
) -> None:
    pairs = send_whatever_is_answered(wire, lambda: wire.clients.ivinex.search_records("1001", filters=filters))
    assert [name for name, _ in pairs] == ["CollectionTypeID", "Filters"]
    assert pairs[0][1] == "1001"
    wanted = [{"Field": one["field"], "Operand": one["operand"], "Value": text_of(one["value"])} for one in filters]
    assert json.loads(pairs[1][1]) == wanted


@given(order_by=FIELD_NAMES, descending=st.booleans(), limit=st.integers(1, 100), offset=st.integers(0, 2**53))
@share(50)
@example(order_by="a&Offset=0", descending=True, limit=1, offset=7)
def test_order_limit_and_offset_are_on_the_wire_as_given(
    wire: Wire, order_by: str, descending: bool, limit: int, offset: int
) -> None:
    assume(not order_by.upper().endswith((" DESC", " ASC")))
    search = wire.clients.ivinex.search_records
    pairs = send_whatever_is_answered(
        wire, lambda: search("1001", order_by=order_by, descending=descending, limit=limit, offset=offset)
    )
    order = f"{order_by} DESC" if descending else order_by
    assert pairs == [("CollectionTypeID", "1001"), ("Limit", str(limit)), ("Offset", str(offset)), ("OrderBy", order)]


@given(criteria=CRITERIA, page=st.integers(0, 10**9))
@share(50)
@example(criteria={"Query": "+36301234567"}, page=0)
@example(criteria={"Query": "a%20b%252Bc+d"}, page=0)
@example(criteria={"a&Page=5#": "x", "Name": "&Deleted=1"}, page=3)
def test_any_criteria_are_on_the_wire_as_given_and_inject_no_parameter(
    wire: Wire, criteria: dict[str, str], page: int
) -> None:
    assume(not {"Page", "UpdatedSince"} & set(criteria))
    wanted = [*criteria.items(), *([("Page", str(page))] if page else [])]
    for search in (wire.clients.minicrm.search_projects, wire.clients.minicrm.search_contacts):
        assert send_whatever_is_answered(wire, lambda search=search: search(criteria, page)) == wanted


@given(reference=FILLED_TEXT)
@share(50)
def test_any_reference_id_is_on_the_wire_as_given(wire: Wire, reference: str) -> None:
    pairs = send_whatever_is_answered(wire, lambda: wire.clients.minicrm.get_project_by_reference(reference))
    assert pairs == [("ReferenceId", reference)]


def test_the_wire_is_read_strictly() -> None:
    assert decode(b"a=1&b=x%20y+z%2B") == [("a", "1"), ("b", "x y z+")]
    for bad in (b"a=1#b", b"a=1;b=2", b"a=x y", b"a=1&b", b"a=1=2", b"a=%2", b"a=%zz", b'a="'):
        with pytest.raises(AssertionError):
            decode(bad)
