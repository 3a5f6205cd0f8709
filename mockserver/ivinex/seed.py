"""Reading the `ivinex` part of a seed document, with errors that name the path of what is wrong in it.

{"logins": [{"username", "password"}],
 "modules": {"1001": {"name", "title", "next_id", "fields": {"first_name": {"type", ...}}, "records": [{...}]}}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from mockserver.crm.api import SeedError
from mockserver.documents.near_misses import suggest
from mockserver.documents.strict_json import as_list, as_object, name_type
from mockserver.ivinex.schema import (
    KINDS,
    RECORD_ID,
    RESERVED_NAMES,
    Field,
    Kind,
    Module,
    build_module,
    compute_joined,
    parse_id,
)
from mockserver.ivinex.values import BadValueError, read_moment, to_text

DEFAULT_LOGIN = ("demo", "demo-password")
MAX_FIELDS = 1000

Record = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class ModuleSeed:
    """A module with the records it starts with, complete and checked; `collection_id` is among their values."""

    module: Module
    definition: Mapping[str, object]
    next_id: int
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class IvinexSeed:
    """The whole part: logins in order, and modules."""

    logins: Sequence[tuple[str, str]]
    modules: Sequence[ModuleSeed]


def parse_ivinex_seed(part: Mapping[str, object], now: str) -> IvinexSeed:
    """Read the part.

    Args:
        part: The part; `{}` is an empty account with the default login.
        now: The date-time that records without one were created at.

    Raises:
        SeedError: It has another shape.
    """
    _check_keys(part, ("logins", "modules"), "ivinex")
    logins = [_read_login(login, f"ivinex.logins[{i}]") for i, login in enumerate(_list(part, "logins", "ivinex"))]
    modules: list[ModuleSeed] = []
    for module_id, spec in _object(part, "modules", "ivinex").items():
        path = f"ivinex.modules.{module_id}"
        if parse_id(module_id) is None or str(parse_id(module_id)) != module_id:
            raise SeedError(f'{path}: a module id is digits, such as "1001"')
        modules.append(_read_module(module_id, _as_object(spec, path), path, now))
    names = [seed.module.name for seed in modules]
    for name in names:
        if names.count(name) > 1:
            raise SeedError(f'ivinex.modules: two modules have the name "{name}"')
    return IvinexSeed(logins or [DEFAULT_LOGIN], modules)


def parse_module_definition(module_id: str, definition: Mapping[str, object], path: str) -> Module:
    """Read a module's name, title and fields.

    Raises:
        SeedError: It has another shape.
    """
    name = _text(definition, "name", path, default=module_id)
    title = _text(definition, "title", path, default=name)
    specs = _object(definition, "fields", path)
    if len(specs) > MAX_FIELDS:
        raise SeedError(f"{path}.fields: at most {MAX_FIELDS} fields, not {len(specs)}")
    fields = [
        _read_field(field_name, _as_object(spec, f"{path}.fields.{field_name}"), f"c{i}", f"{path}.fields.{field_name}")
        for i, (field_name, spec) in enumerate(specs.items())
    ]
    own = {field.name: field for field in fields}
    for field in fields:
        for joined in field.joins:
            if joined not in own or own[joined].joins:
                raise SeedError(
                    f'{path}.fields.{field.name}.joins: "{joined}" is no field with a value of its own in this module.'
                    f"{suggest(joined, own)}"
                )
    return build_module(module_id, name, title, fields)


def _read_field(name: str, spec: Mapping[str, object], column: str, path: str) -> Field:
    if name in RESERVED_NAMES or not name:
        raise SeedError(f"{path}: the name is the system's own; every record has it without being asked")
    _check_keys(spec, ("type", "options", "module", "joins"), path)
    kind = _text(spec, "type", path, default="text")
    if kind not in KINDS:
        raise SeedError(f'{path}.type: must be one of {", ".join(KINDS)}, not "{kind}".{suggest(kind, KINDS)}')
    options = _object(spec, "options", path)
    for option_id, label in options.items():
        if not isinstance(label, str):
            raise SeedError(f"{path}.options.{option_id}: must be the option's label, not {name_type(label)}")
    module_id = _text(spec, "module", path, default="")
    if (kind == "link") != bool(module_id):
        raise SeedError(f'{path}: "module" belongs to a field of type link, and a link needs it')
    joins = [_as_text(joined, f"{path}.joins[{i}]") for i, joined in enumerate(_list(spec, "joins", path))]
    return Field(name, cast("Kind", kind), column, cast("dict[str, str]", options), module_id, tuple(joins))


def _read_module(module_id: str, spec: Mapping[str, object], path: str, now: str) -> ModuleSeed:
    _check_keys(spec, ("name", "title", "next_id", "fields", "records"), path)
    module = parse_module_definition(module_id, spec, path)
    records = [
        _read_record(module, _as_object(record, f"{path}.records[{i}]"), f"{path}.records[{i}]", now)
        for i, record in enumerate(_list(spec, "records", path))
    ]
    taken: set[int] = set()
    for i, record in enumerate(records):
        number = int(record[RECORD_ID] or 0)
        if number in taken:
            raise SeedError(f"{path}.records[{i}].collection_id: {number} is taken by an earlier record")
        taken.add(number)
    next_id = parse_id(spec.get("next_id", max(taken, default=0) + 1))
    if not next_id:
        raise SeedError(f"{path}.next_id: must be a whole number from 1 on, not {name_type(spec['next_id'])}")
    definition = {key: value for key, value in spec.items() if key in {"name", "title", "fields"}}
    return ModuleSeed(module, definition, next_id, records)


def _read_record(module: Module, given: Mapping[str, object], path: str, now: str) -> Record:
    number = parse_id(given.get(RECORD_ID))
    if not number:
        raise SeedError(f'{path}.collection_id: every record needs its id, such as "8"')
    record: dict[str, str | None] = {"created_by": "1", "created_date": now}
    for name, value in given.items():
        field = module.fields.get(name)
        if field is None:
            raise SeedError(f"{path}.{name}: module {module.id} has no such field.{suggest(name, module.fields)}")
        if field.joins:
            raise SeedError(f"{path}.{name}: is computed from {', '.join(field.joins)}; leave it out")
        try:
            record[name] = _read_seeded_value(field, value)
        except BadValueError as error:
            raise SeedError(f"{path}.{name}: {error}") from error
    record[RECORD_ID] = str(number)
    record.setdefault("modified_by", record["created_by"])
    record.setdefault("modified_date", record["created_date"])
    return {**record, **compute_joined(module, record)}


def _read_seeded_value(field: Field, value: object) -> str | None:
    """Take any text as it is, so that a seed can hold what a live account holds; only moments must be readable."""
    text = to_text(value)
    if field.is_moment:
        return read_moment(field, text) if text else None
    return text


def _read_login(value: object, path: str) -> tuple[str, str]:
    login = _as_object(value, path)
    _check_keys(login, ("username", "password"), path)
    username, password = _text(login, "username", path), _text(login, "password", path)
    if not username or ":" in username:
        raise SeedError(f"{path}.username: must be text without a colon, which Basic login cannot carry")
    return username, password


def _check_keys(value: Mapping[str, object], known: Sequence[str], path: str) -> None:
    for key in value:
        if key not in known:
            raise SeedError(f"{path}.{key}: no such key; there are {', '.join(known)}.{suggest(key, known)}")


def _object(parent: Mapping[str, object], key: str, path: str) -> dict[str, object]:
    return _as_object(parent.get(key, {}), f"{path}.{key}")


def _as_object(value: object, path: str) -> dict[str, object]:
    found = as_object(value)
    if found is None:
        raise SeedError(f"{path}: must be an object, not {name_type(value)}")
    return found


def _list(parent: Mapping[str, object], key: str, path: str) -> list[object]:
    found = as_list(parent.get(key, []))
    if found is None:
        raise SeedError(f"{path}.{key}: must be a list, not {name_type(parent[key])}")
    return found


def _text(parent: Mapping[str, object], key: str, path: str, *, default: str | None = None) -> str:
    if key not in parent and default is not None:
        return default
    return _as_text(parent.get(key), f"{path}.{key}")


def _as_text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise SeedError(f"{path}: must be text, not {name_type(value)}")
    return value
