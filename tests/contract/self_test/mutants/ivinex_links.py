"""Wrong fakes of Ivinex: LinkedTo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.crm.sql import Clause
from mockserver.ivinex import filters
from tests.contract.self_test.mutants.entry import wrong_fake
from tests.contract.self_test.mutants.seams import replaces

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from mockserver.ivinex.filters import Filter


def _link_otherwise(patch: pytest.MonkeyPatch, build: Callable[[Any, str, str], Clause]) -> None:
    """Have LinkedTo build other SQL; `build` is given the module, and the linked module's and record's id."""

    @replaces(patch, filters, "_build_linked_to")
    def build_linked_to(_original: object, module: Any, wanted: Filter, _hints: object) -> Clause:
        linked_module, _, linked_record = str(wanted.value).partition(":")
        return build(module, linked_module, linked_record)


@wrong_fake("ivinex.linked-to-ignores-the-module", "ivinex.linked.second-module")
def ignore_linked_module(patch: pytest.MonkeyPatch) -> None:
    """LinkedTo looks at the record's id alone, so that a note of contact 8 is also linked to note 8."""

    def build(module: Any, _linked_module: str, linked_record: str) -> Clause:
        links = [field for field in module.own_fields if field.module_id]
        return Clause(" OR ".join(f"{field.column} = ?" for field in links) or "0", [linked_record] * len(links))

    _link_otherwise(patch, build)


@wrong_fake("ivinex.linked-to-ignores-the-record", "ivinex.linked.second-module")
def ignore_linked_record(patch: pytest.MonkeyPatch) -> None:
    """LinkedTo finds what is linked to any record of the module."""

    def build(module: Any, linked_module: str, _linked_record: str) -> Clause:
        links = [field for field in module.own_fields if field.module_id == linked_module]
        return Clause(" OR ".join(f"{field.column} IS NOT NULL" for field in links) or "0")

    _link_otherwise(patch, build)


@wrong_fake("ivinex.linked-to-finds-everything", "ivinex.linked.module-counts")
def link_everything(patch: pytest.MonkeyPatch) -> None:
    """LinkedTo is ignored: every record of the module comes."""
    _link_otherwise(patch, lambda _module, _linked_module, _linked_record: Clause("1"))


@wrong_fake("ivinex.linked-to-finds-nothing", "ivinex.linked.notes-of-contact")
def link_nothing(patch: pytest.MonkeyPatch) -> None:
    """LinkedTo never finds a record."""
    _link_otherwise(patch, lambda _module, _linked_module, _linked_record: Clause("0"))


@wrong_fake("ivinex.linked-to-compares-beginnings", "ivinex.linked.malformed")
def link_beginnings(patch: pytest.MonkeyPatch) -> None:
    """LinkedTo 1001:8 also finds what is linked to 1001:80."""

    def build(module: Any, linked_module: str, linked_record: str) -> Clause:
        links = [field for field in module.own_fields if field.module_id == linked_module]
        marks = " OR ".join(f"{field.column} GLOB ?" for field in links)
        return Clause(marks or "0", [f"{linked_record}*"] * len(links))

    _link_otherwise(patch, build)
