"""Mutants of Ivinex: LinkedTo."""

from __future__ import annotations

from tests.contract.self_test.mutants.ivinex.search import ID, Search, alter_filters, link
from tests.contract.self_test.mutants.mutant import mutants_of

mutant = mutants_of("ivinex")

_MODULES = ("1001", "1002", "1003")


def _list_ids(search: Search, module: str) -> list[str]:
    return [row[ID] for row in search.list_records([], CollectionTypeID=module)] if module in _MODULES else []


# fmt: off
MUTANTS = (
    mutant("linked-to-ignores-the-module", "linked.second-module",
           "LinkedTo looks at the record's id alone, so that a note of contact 8 is also linked to note 8.",
           link(lambda _search, _module, record: [f"{module}:{record}" for module in _MODULES])),
    mutant("linked-to-ignores-the-record", "linked.second-module",
           "LinkedTo finds what is linked to any record of the module.",
           link(lambda search, module, _record: [f"{module}:{each}" for each in _list_ids(search, module)])),
    mutant("linked-to-finds-everything", "linked.module-counts",
           "LinkedTo is ignored: every record of the module comes.",
           alter_filters(lambda sent: [each for each in sent if each["Operand"] != "LinkedTo"])),
    mutant("linked-to-finds-nothing", "linked.notes-of-contact", "LinkedTo never finds a record.",
           link(lambda _search, _module, _record: [])),
    mutant("linked-to-compares-beginnings", "linked.notes-of-contact",
           "LinkedTo 1001:8 also finds what is linked to 1001:80.",
           link(
               lambda search, module, record: [
                   f"{module}:{each}" for each in _list_ids(search, module) if each.startswith(record)
               ]
           )),
)
# fmt: on
