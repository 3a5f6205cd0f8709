"""Wrong fakes of Ivinex: OrderBy."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from mockserver.ivinex import search
from mockserver.ivinex.schema import RECORD_ID
from mockserver.ivinex.store import Store
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import replaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.ivinex.schema import Field

_TIES = f", {RECORD_ID}"


def _order_by(patch: pytest.MonkeyPatch, change: Callable[[Field, bool, str], str]) -> None:
    """Have the order's SQL changed; `change` is given the field, whether it descends, and the right SQL."""

    @replaces(patch, search, "build_order")
    def build_order(original: Callable[..., str], field: Field, *, descending: bool) -> str:
        return change(field, descending, original(field, descending=descending))


@wrong_fake("ivinex.order-by-ignored", "ivinex.sorting.descending-id")
def ignore_order(patch: pytest.MonkeyPatch) -> None:
    """OrderBy is ignored: records come in the order of their ids."""
    _order_by(patch, lambda _field, _descending, _sql: RECORD_ID)


@wrong_fake("ivinex.desc-ignored", "ivinex.sorting.descending-text")
def ignore_desc(patch: pytest.MonkeyPatch) -> None:
    """DESC is ignored: every order ascends."""

    @replaces(patch, search, "build_order")
    def build_order(original: Callable[..., str], field: Field, **_descending: bool) -> str:
        return original(field, descending=False)


@wrong_fake("ivinex.every-order-descends", "ivinex.sorting.ascending")
def always_descend(patch: pytest.MonkeyPatch) -> None:
    """Every OrderBy descends, ASC too."""

    @replaces(patch, search, "_read_order")
    def read_order(original: Callable[..., str], module: object, text: str | None) -> str:
        return original(module, None if text is None else f"{text.split()[0]} DESC")


@wrong_fake("ivinex.directions-swapped", "ivinex.sorting.descending-text")
def swap_directions(patch: pytest.MonkeyPatch) -> None:
    """The directions are swapped: DESC ascends, and a plain OrderBy descends."""

    @replaces(patch, search, "build_order")
    def build_order(original: Callable[..., str], field: Field, *, descending: bool) -> str:
        return original(field, descending=not descending if field.name != RECORD_ID else descending)


@wrong_fake("ivinex.numbers-sorted-as-text", "ivinex.sorting.numbers")
def sort_as_text(patch: pytest.MonkeyPatch) -> None:
    """Numbers are sorted as text: 10 before 9."""

    def order(field: Field, descending: bool, sql: str) -> str:
        direction = "DESC" if descending else "ASC"
        return f"{field.column} {direction}{_TIES}" if field.kind == "number" and field.name != RECORD_ID else sql

    _order_by(patch, order)


@wrong_fake("ivinex.ids-sorted-as-text", "ivinex.sorting.descending-id")
def sort_ids_as_text(patch: pytest.MonkeyPatch) -> None:
    """Ids are sorted as text: 10 before 9, without an OrderBy too."""

    def order(field: Field, descending: bool, sql: str) -> str:
        return f"CAST({RECORD_ID} AS TEXT) {'DESC' if descending else 'ASC'}" if field.name == RECORD_ID else sql

    _order_by(patch, order)


@wrong_fake("ivinex.unstable-ties", "ivinex.sorting.stable-ties")
def shuffle_ties(patch: pytest.MonkeyPatch) -> None:
    """Records of equal value change places from request to request, so that pages overlap and lose records."""
    shuffles = itertools.count(1)

    def order(field: Field, _descending: bool, sql: str) -> str:
        turn = next(shuffles)
        shuffled = f", ({RECORD_ID} * {7919 + 37 * turn}) % 101, {RECORD_ID}"
        return sql if field.name == RECORD_ID else sql.removesuffix(_TIES) + shuffled

    _order_by(patch, order)


@wrong_fake("ivinex.unstable-default-order", "ivinex.records.default-order")
def shuffle_default(patch: pytest.MonkeyPatch) -> None:
    """Without an OrderBy the records come in another order with each request."""
    shuffles = itertools.count(1)

    @replaces(patch, search, "_read_order")
    def read_order(original: Callable[..., str], module: Any, text: str | None) -> str:
        turn = next(shuffles)
        return f"({RECORD_ID} * {7919 + 37 * turn}) % 101, {RECORD_ID}" if text is None else original(module, text)


@wrong_fake("ivinex.page-sorted-after-cutting", "ivinex.sorting.stable-ties")
def sort_the_page(patch: pytest.MonkeyPatch) -> None:
    """The page is cut first and sorted afterwards, so that the newest record may be on the last page."""

    @replaces(patch, Store, "search_records")
    def search(
        original: Callable[..., Any], store: Any, module: Any, where: Any, order: str, limit: int, offset: int
    ) -> Any:
        page = original(store, module, where, RECORD_ID, limit, offset)
        wanted = {record[RECORD_ID] for record in page}
        every = original(store, module, where, order, -1, 0)
        return [record for record in every if record[RECORD_ID] in wanted]
