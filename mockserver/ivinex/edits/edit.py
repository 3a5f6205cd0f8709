"""Carrying out one edit: a record changed or deleted, or the modules with their fields and options.

That a record can be deleted in the portal, and that links to it stay, is assumed; the API has no deleting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from mockserver.crm.api import SeedError
from mockserver.crm.edits import Edit, EditError, Purge, RecordAddition, SetupEdit, merge
from mockserver.ivinex.rules import RefusalError
from mockserver.ivinex.schema import Field, Module
from mockserver.ivinex.seed import ModuleSeed, Record, parse_module_definition
from mockserver.ivinex.store import Store
from mockserver.ivinex.values import BadValueError, read_moment
from mockserver.ivinex.write import Author, read_values, stamp_record

_FIRST_USER = "1"


def carry_out(store: Store, edit: Edit, now: str) -> None:
    """Carry out an edit.

    Raises:
        EditError: It cannot be done.
    """
    if isinstance(edit, SetupEdit):
        _edit_setup(store, edit.changes)
        return
    if isinstance(edit, RecordAddition):
        raise EditError("add: a request makes records of every module.")
    module = _find_module(store, edit.kind)
    record = store.get_record(module, edit.record_id)
    if record is None:
        raise EditError(f"id: module {module.id} ({module.name}) has no record {edit.record_id}.")
    if isinstance(edit, Purge):
        store.delete_record(module, edit.record_id)
        return
    try:
        values = read_values(module, edit.values)
    except RefusalError as refusal:
        raise EditError(f"set: {refusal}") from refusal
    stamp_record(store, module, record, values, Author(edit.user or _FIRST_USER, now))


def _find_module(store: Store, kind: str) -> Module:
    for module in store.modules.values():
        if kind in {module.id, module.name}:
            return module
    known = ", ".join(f"{module.id} ({module.name})" for module in store.modules.values())
    raise EditError(f"kind: there is no module {kind!r}; there are {known}.")


def _edit_setup(store: Store, changes: Mapping[str, object]) -> None:
    for key in changes:
        if key != "modules":
            raise EditError(f"setup.{key}: a setup has modules.")
    modules = changes.get("modules")
    if not isinstance(modules, Mapping):
        raise EditError("setup.modules: must be an object.")
    for module_id, change in cast("Mapping[str, object]", modules).items():
        _edit_module(store, module_id, change, f"setup.modules.{module_id}")


def _edit_module(store: Store, module_id: str, change: object, path: str) -> None:
    module = store.modules.get(module_id)
    if module is None:
        raise EditError(f"{path}: there is no such module; a seed makes one.")
    definition = merge(store.read_definition(module), change)
    if not isinstance(definition, dict):
        raise EditError(f"{path}: a module stays; a seed removes one.")
    written = cast("dict[str, object]", definition)
    try:
        changed = parse_module_definition(module_id, written, path)
    except SeedError as error:
        raise EditError(str(error)) from error
    records = [_fit(record, module, changed) for record in store.list_records(module)]
    store.replace_module(ModuleSeed(changed, written, store.read_next_id(module), records))


def _fit(record: Record, old: Module, new: Module) -> Record:
    """Return what a record can still hold; a value that does not fit its field any more is gone (assumed)."""
    return {
        name: _convert(value, old.fields[name], new.fields[name])
        for name, value in record.items()
        if name in new.fields
    }


def _convert(value: str | None, old: Field, new: Field) -> str | None:
    if value is None or replace(old, column=new.column, empty=new.empty) == new:
        return value
    if new.options and value not in new.options:
        return None
    try:
        return read_moment(new, value) if new.is_moment else value
    except BadValueError:
        return None
